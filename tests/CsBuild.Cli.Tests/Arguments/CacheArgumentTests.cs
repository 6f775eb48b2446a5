using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class CacheArgumentTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public void A_bare_name_is_a_registry()
    {
        var name = ImageReference.Parse("example.com/team/app:cache");

        Assert.Equal(new CacheSource.Registry(name), CacheArgument.From("example.com/team/app:cache", _around.Surroundings));
        Assert.Equal(new CacheSource.Registry(name), CacheArgument.From("type=registry,ref=example.com/team/app:cache", _around.Surroundings));
        Assert.Equal(name, Assert.IsType<CacheDestination.Registry>(CacheArgument.To("example.com/team/app:cache", _around.Surroundings)).Reference);
    }

    [Fact]
    public void Every_field_has_its_meaning()
    {
        var digest = Digest.Of([]);
        var source = CacheArgument.From($"type=local,src=cache,tag=t,digest={digest}", _around.Surroundings);
        var to = Assert.IsType<CacheDestination.Directory>(CacheArgument.To(
            "type=local,dest=cache,tag=t,reset=true,mode=max,mounts=true,ignore-error=1,image-manifest=true,compression=zstd,compression-level=7,force-compression=true", _around.Surroundings));

        Assert.Equal(new CacheSource.Directory(_around.Directory["cache"], "t", digest), source);
        Assert.Equal((_around.Directory["cache"], "t", true, true, true, true), (to.Path, to.Tag, to.Reset, to.AllSteps, to.WithMounts, to.IgnoreErrors));
        Assert.Equal(new ImageFormat { Compression = LayerCompression.Zstd, Level = 7, Force = true }, to.Format);
        Assert.IsType<CacheDestination.Inline>(CacheArgument.To("type=inline", _around.Surroundings));
    }

    [Theory]
    [InlineData("type=inline,mode=max")]
    [InlineData("type=registry")]
    [InlineData("type=local")]
    [InlineData("type=gha")]
    [InlineData("type=local,dest=x,mode=most")]
    [InlineData("type=local,dest=x,what=1")]
    [InlineData("type=registry,ref=x,image-manifest=false")]
    [InlineData("type=registry,ref=UPPER")]
    [InlineData("")]
    public void What_makes_no_sense_is_refused(string text) =>
        Assert.Throws<UsageException>(() => CacheArgument.To(text, _around.Surroundings));
}
