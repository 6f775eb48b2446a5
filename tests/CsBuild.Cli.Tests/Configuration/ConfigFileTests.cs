using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public void Mirrors_and_plain_http_are_read()
    {
        _around.Directory.Write("c.json", """{"registries":{"docker.io":{"mirrors":["127.0.0.1:5555"]},"127.0.0.1:5555":{"plainHttp":true}}}""");
        var options = ConfigFile.Load("c.json", _around.Surroundings).ToRegistryOptions(_around.Surroundings);
        Assert.Equal(["127.0.0.1:5555"], options.Registries["docker.io"].Mirrors);
        Assert.True(options.Registries["127.0.0.1:5555"].PlainHttp);
        Assert.Equal("/home/user/.docker", options.DockerConfigDirectory);
    }

    [Fact]
    public void DOCKER_CONFIG_names_the_directory_of_credentials()
    {
        _around.Environment["DOCKER_CONFIG"] = "/else/where";
        Assert.Equal("/else/where", new ConfigFile().ToRegistryOptions(_around.Surroundings).DockerConfigDirectory);
    }

    [Fact]
    public void The_users_file_may_be_missing_but_a_named_one_may_not()
    {
        _around.Environment["XDG_CONFIG_HOME"] = _around.Directory["config"];
        Assert.Empty(ConfigFile.Load(null, _around.Surroundings).ToRegistryOptions(_around.Surroundings).Registries);
        _around.Environment["CSBUILD_CONFIG"] = "no.json";
        Assert.Contains("no.json", Assert.Throws<UsageException>(() => ConfigFile.Load(null, _around.Surroundings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_users_file_is_found()
    {
        _around.Environment["XDG_CONFIG_HOME"] = _around.Directory["config"];
        _around.Directory.Write("config/csbuild/config.json", """{"registries":{"a.example":{}}}""");
        Assert.Single(ConfigFile.Load(null, _around.Surroundings).ToRegistryOptions(_around.Surroundings).Registries);
    }

    [Theory]
    [InlineData("""{"registeries":{}}""", "unknown key `registeries` (line 1)")]
    [InlineData("""{"registries":{"docker.io":{"miror":[]}}}""", "unknown key `miror` in `registries['docker.io']` (line 1)")]
    [InlineData("""{"registries":""", "cannot be read")]
    public void What_is_not_understood_is_refused_with_its_place(string json, string message)
    {
        _around.Directory.Write("c.json", json);
        Assert.Contains(message, Assert.Throws<UsageException>(() => ConfigFile.Load("c.json", _around.Surroundings)).Message, StringComparison.Ordinal);
    }
}
