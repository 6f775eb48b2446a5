using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Layers;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class OutputArgumentTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public void A_bare_path_is_a_directory_of_files()
    {
        var output = Parse("out");
        Assert.Equal(new ImageOutput.LocalDirectory(_around.Directory["out"]), output.Output);
        Assert.Equal("files in out", output.Place);
    }

    [Fact]
    public void A_dash_is_a_tar_on_stdout()
    {
        var output = Parse("-");
        Assert.IsType<OutputTarget.Stream>(Assert.IsType<ImageOutput.Tar>(output.Output).Target);
        Assert.True(output.UsesStandardOutput);
    }

    [Fact]
    public void An_oci_archive_takes_a_name_and_a_format()
    {
        var output = Assert.IsType<ImageOutput.OciLayout>(Parse("type=oci,dest=a.tar,\"name=x:1,y\",compression=zstd,compression-level=19,force-compression=true,rewrite-timestamp=true,source-date-epoch=7").Output);
        Assert.Equal(new OutputTarget.Path(_around.Directory["a.tar"]), output.Target);
        Assert.False(output.IsDirectory);
        Assert.Equal(["x:1", "y:latest"], output.Names.Select(n => n.Familiar));
        Assert.Equal(new ImageFormat { Compression = LayerCompression.Zstd, Level = 19, Force = true, RewriteTimestamp = true, SourceDateEpoch = "7" }, output.Format);
    }

    [Fact]
    public void Tar_false_is_a_directory()
    {
        var output = Assert.IsType<ImageOutput.OciLayout>(Parse("type=oci,dest=a,tar=false,oci-mediatypes=false").Output);
        Assert.True(output.IsDirectory);
        Assert.False(output.Format.OciMediaTypes);
    }

    [Theory]
    [InlineData("type=image", false)]
    [InlineData("type=image,push=true", true)]
    [InlineData("type=registry", true)]
    [InlineData("type=registry,push=false", false)]
    public void An_image_is_pushed_where_that_is_asked(string text, bool pushed) =>
        Assert.Equal(pushed, Parse(text).Output is ImageOutput.Registry);

    [Fact]
    public void Cacheonly_makes_nothing() => Assert.IsType<ImageOutput.CacheOnly>(Parse("type=cacheonly").Output);

    [Fact]
    public void Push_turns_the_image_output_into_a_pushed_one()
    {
        using var plan = BuildPlan.Read(new BuildFlags { Outputs = ["type=image,name=x:1,compression=zstd"], Push = true }, _around.Surroundings);
        var output = Assert.IsType<ImageOutput.Registry>(Assert.Single(plan.Request.Outputs));
        Assert.Equal(LayerCompression.Zstd, output.Format.Compression);
        Assert.Equal("x:1", Assert.Single(output.Names).Familiar);
    }

    [Fact]
    public void Load_without_an_engine_says_so()
    {
        var e = Assert.Throws<BuildException>(() => BuildPlan.Read(new BuildFlags { Load = true }, _around.Surroundings));
        Assert.Equal(BuildFailure.Output, e.Failure);
        Assert.Contains("neither docker nor podman", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type=foo", "exporter \"foo\" could not be found")]
    [InlineData("dest=x", "type is required for output")]
    [InlineData("type=local", "dest is required for local exporter")]
    [InlineData("type=local,dest=-", "dest cannot be stdout for local exporter")]
    [InlineData("type=oci,dest=x,tar=maybe", "non-bool value specified for tar")]
    [InlineData("type=oci,dest=x,compression=foo", "unsupported compression type foo")]
    [InlineData("type=oci,dest=x,compression-level=a", "non-integer value a specified for compression-level")]
    [InlineData("type=oci,dest=x,compression-level=10", "compression-level 10 is not between 0 and 9")]
    [InlineData("type=oci,dest=x,compression=zstd,oci-mediatypes=false", "compression zstd needs oci-mediatypes=true")]
    [InlineData("type=oci,dest=x,foo=bar", "`foo` is not supported for output type=oci")]
    [InlineData("type=oci,dest", "invalid field 'dest' must be a key=value pair")]
    [InlineData("\"type=oci", "has a quote that is not closed")]
    public void What_makes_no_sense_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("type=oci")]
    [InlineData("type=tar")]
    [InlineData("-")]
    public void Archives_are_not_written_to_a_terminal(string text)
    {
        _around.IsTerminal = true;
        Assert.Contains("refusing to write to console", Assert.Throws<UsageException>(() => Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_a_missing_directory_fails_before_the_build()
    {
        var e = Assert.Throws<BuildException>(() => Parse("type=oci,dest=no/x.tar"));
        Assert.Equal(BuildFailure.Output, e.Failure);
    }

    private RequestedOutput Parse(string text) => OutputArgument.Parse(text, _around.Surroundings);
}
