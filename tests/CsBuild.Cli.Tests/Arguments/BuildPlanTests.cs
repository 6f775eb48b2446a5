using System.Text;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class BuildPlanTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public void A_directory_alone_is_a_whole_request()
    {
        var request = Read(new BuildFlags());
        Assert.Equal(_around.Directory.Path, Assert.IsType<BuildContext.Directory>(request.Context).Path);
        Assert.Null(request.Dockerfile);
        Assert.Null(request.Target);
        Assert.Empty(request.Outputs);
        Assert.Empty(request.BuildArgs);
        Assert.Equal(PullPolicy.Missing, request.Pull);
        Assert.Equal(SandboxNetwork.Default, request.Network);
    }

    [Fact]
    public void Build_arguments_and_labels_split_at_the_first_equals_sign()
    {
        var request = Read(new BuildFlags { BuildArgs = ["A=1=2", "B="], Labels = ["x=y=z", "bare"] });
        Assert.Equal([new("A", "1=2"), new("B", "")], request.BuildArgs);
        Assert.Equal([new("bare", ""), new("x", "y=z")], request.Labels);
    }

    [Fact]
    public void A_bare_build_argument_comes_from_the_environment_or_is_left_out()
    {
        _around.Environment["FROM_ENV"] = "value";
        Assert.Equal([new("FROM_ENV", "value")], Read(new BuildFlags { BuildArgs = ["FROM_ENV", "NOT_SET"] }).BuildArgs);
    }

    [Fact]
    public void SOURCE_DATE_EPOCH_of_the_environment_is_a_build_argument_unless_one_was_given()
    {
        _around.Environment["SOURCE_DATE_EPOCH"] = "100";
        Assert.Equal([new("SOURCE_DATE_EPOCH", "100")], Read(new BuildFlags()).BuildArgs);
        Assert.Equal([new("SOURCE_DATE_EPOCH", "5")], Read(new BuildFlags { BuildArgs = ["SOURCE_DATE_EPOCH=5"] }).BuildArgs);
    }

    [Fact]
    public void Platforms_may_be_listed_or_repeated()
    {
        var request = Read(new BuildFlags { Platforms = ["linux/arm64,linux/amd64", "local", "linux/arm/v7"] });
        Assert.Equal(["linux/arm64", "linux/amd64", "linux/arm/v7"], request.Platforms.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData(null, PullPolicy.Missing)]
    [InlineData("true", PullPolicy.Always)]
    [InlineData("false", PullPolicy.Missing)]
    [InlineData("always", PullPolicy.Always)]
    [InlineData("missing", PullPolicy.Missing)]
    [InlineData("never", PullPolicy.Never)]
    public void Pull_is_a_boolean_or_a_policy(string? text, PullPolicy policy) =>
        Assert.Equal(policy, Read(new BuildFlags { Pull = text }).Pull);

    [Fact]
    public void Hosts_are_written_with_a_colon_or_an_equals_sign()
    {
        var request = Read(new BuildFlags { Hosts = ["a:1.2.3.4,b=5.6.7.8", "c:[::1]", "d=fe80::2", "e:::1"] });
        Assert.Equal(["a 1.2.3.4", "b 5.6.7.8", "c ::1", "d fe80::2", "e ::1"], request.Hosts.Select(h => h.Name + " " + h.Address));
    }

    [Fact]
    public void Annotations_have_levels_and_platforms()
    {
        var annotations = Read(new BuildFlags { Annotations = ["a=1", "index,manifest[linux/arm64]:b=x:y=z", "manifest-descriptor:c="] }).Annotations;
        Assert.Equal(
            [
                new(AnnotationLevel.Manifest, "a", "1"),
                new(AnnotationLevel.Index, "b", "x:y=z"),
                new(AnnotationLevel.Manifest, "b", "x:y=z", Platform.Normalize("linux", "arm64", null)),
                new(AnnotationLevel.ManifestDescriptor, "c", ""),
            ],
            annotations);
    }

    [Fact]
    public void Secrets_come_from_files_and_variables()
    {
        var file = _around.Directory.Write("s.txt", "secret");
        _around.Environment["TOKEN"] = "t0k";
        var secrets = Read(new BuildFlags { Secrets = ["id=a,src=s.txt", "id=b,env=TOKEN", "id=TOKEN", "id=s.txt", "type=env,id=c,src=TOKEN"] }).Secrets;
        Assert.Equal(new SecretSource.File(file), secrets["a"]);
        Assert.Equal(new SecretSource.File(file), secrets["s.txt"]);
        Assert.All(["b", "TOKEN", "c"], id => Assert.Equal("t0k", Encoding.UTF8.GetString(Assert.IsType<SecretSource.Value>(secrets[id]).Bytes.Span)));
    }

    [Fact]
    public void Named_contexts_are_directories_images_and_layouts()
    {
        var directory = Directory.CreateDirectory(_around.Directory["dir"]).FullName;
        var layout = Directory.CreateDirectory(_around.Directory["layout"]).FullName;
        var digest = "sha256:" + new string('a', 64);
        var contexts = Read(new BuildFlags { NamedContexts = ["a=dir", "b=docker-image://alpine:3", "c=oci-layout://layout:v1", $"d=oci-layout://layout@{digest}"] }).NamedContexts;
        Assert.Equal(new NamedContext.Directory(directory), contexts["a"]);
        Assert.Equal(new NamedContext.Image(ImageReference.Parse("alpine:3")), contexts["b"]);
        Assert.Equal(new NamedContext.Layout(layout, "v1", null), contexts["c"]);
        Assert.Equal(new NamedContext.Layout(layout, null, Digest.Parse(digest)), contexts["d"]);
    }

    [Fact]
    public void A_text_on_stdin_is_a_Dockerfile_without_context()
    {
        _around.Input = "FROM scratch\n"u8.ToArray();
        var request = Read(new BuildFlags { Context = "-" });
        Assert.IsType<BuildContext.Empty>(request.Context);
        Assert.Equal(new DockerfileSource.Text("FROM scratch\n"), request.Dockerfile);
    }

    [Fact]
    public void A_tar_on_stdin_is_the_context()
    {
        using var tar = new MemoryStream();
        using (var writer = new System.Formats.Tar.TarWriter(tar, System.Formats.Tar.TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.Directory, "x/"));
        _around.Input = tar.ToArray();
        var request = Read(new BuildFlags { Context = "-", File = "x/Dockerfile" });
        Assert.Equal(new DockerfileSource.InContext("x/Dockerfile"), request.Dockerfile);
        using var copy = new MemoryStream();
        Assert.IsType<BuildContext.Tar>(request.Context).Stream.CopyTo(copy);
        Assert.Equal(_around.Input, copy.ToArray());
    }

    [Fact]
    public void A_Dockerfile_on_stdin_goes_with_a_directory()
    {
        _around.Input = "FROM scratch\n"u8.ToArray();
        var request = Read(new BuildFlags { File = "-" });
        Assert.IsType<BuildContext.Directory>(request.Context);
        Assert.Equal(new DockerfileSource.Text("FROM scratch\n"), request.Dockerfile);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "context nothing", "unable to prepare context: path \"nothing\" not found" },
        { "file nothing", "failed to read dockerfile: open nothing: no such file" },
        { "tag A:b", "invalid tag \"A:b\": repository name must be lowercase" },
        { "build-arg =x", "invalid key-value pair \"=x\": empty key" },
        { "add-host foo", "invalid host foo" },
        { "add-host a:host-gateway", "host-gateway is not supported" },
        { "add-host a:b", "`b` is no IP address" },
        { "secret foo", "invalid field 'foo' must be a key=value pair" },
        { "secret id=x,src=nothing", "of the secret `x` is not there" },
        { "secret id=x,type=foo", "unsupported secret type \"foo\"" },
        { "secret src=x", "has no id" },
        { "build-context foo", "invalid context value: foo, expected key=value" },
        { "build-context a=target:x", "is of bake" },
        { "annotation foo", "invalid annotation \"foo\", expected key=value" },
        { "annotation foo:a=b", "unknown annotation type \"foo\"" },
        { "platform a/b/c/d", "invalid platform" },
        { "network foo", "network mode \"foo\" is not supported" },
        { "allow foo", "unknown entitlement foo" },
        { "allow device", "is not supported yet" },
        { "pull foo", "invalid value `foo` of --pull" },
        { "output type=registry", "tag is needed when pushing to registry" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_makes_no_sense_is_refused_with_the_value(string flag, string message)
    {
        var (name, value) = (flag.Split(' ', 2)[0], flag.Split(' ', 2)[1]);
        string[] values = [value];
        var flags = name switch
        {
            "context" => new BuildFlags { Context = value },
            "file" => new BuildFlags { File = value },
            "tag" => new BuildFlags { Tags = values },
            "build-arg" => new BuildFlags { BuildArgs = values },
            "add-host" => new BuildFlags { Hosts = values },
            "secret" => new BuildFlags { Secrets = values },
            "build-context" => new BuildFlags { NamedContexts = values },
            "annotation" => new BuildFlags { Annotations = values },
            "platform" => new BuildFlags { Platforms = values },
            "network" => new BuildFlags { Network = value },
            "allow" => new BuildFlags { Allow = values },
            "pull" => new BuildFlags { Pull = value },
            _ => new BuildFlags { Outputs = values },
        };
        Assert.Contains(message, Assert.Throws<UsageException>(() => Read(flags)).Message, StringComparison.Ordinal);
    }

    private BuildRequest Read(BuildFlags flags)
    {
        using var plan = BuildPlan.Read(flags, _around.Surroundings);
        return plan.Request;
    }
}
