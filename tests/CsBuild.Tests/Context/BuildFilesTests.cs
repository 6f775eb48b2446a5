using System.IO.Abstractions;
using CsBuild.Context;
using CsBuild.Testing;
using CsBuild.Tests.Copying;

namespace CsBuild.Tests.Context;

public sealed class BuildFilesTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly BuildFiles _files = new(new FileSystem());

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_first_of_the_usual_names_is_taken()
    {
        _directory.Write("Containerfile", "c");
        Assert.Equal(("Containerfile", "c"), Find());
        _directory.Write("dockerfile", "d");
        Assert.Equal(("dockerfile", "d"), Find());
        _directory.Write("Dockerfile", "D");
        Assert.Equal(("Dockerfile", "D"), Find());
        (string, string) Find() => _files.FindDockerfile(_directory.Path, null) is var found ? (found.Name, found.Text) : default;
    }

    [Fact]
    public void A_missing_dockerfile_is_said()
    {
        Assert.Contains("no such file", Assert.Throws<ContextException>(() => _files.FindDockerfile(_directory.Path, null)).Message);
        Assert.Contains("no such file", Assert.Throws<ContextException>(() => _files.FindDockerfile(_directory.Path, _directory["x"])).Message);
        Assert.Contains("is a directory", Assert.Throws<ContextException>(() => _files.FindDockerfile(null, _directory.Path)).Message);
    }

    [Fact]
    public void The_own_ignore_file_replaces_the_common_one()
    {
        var dockerfile = _directory.Write("docker/a.Dockerfile", "FROM scratch");
        Assert.Empty(_files.FindIgnoreFile(_directory.Path, dockerfile).Rules);
        _directory.Write(".dockerignore", "common");
        Assert.Equal("common", _files.FindIgnoreFile(_directory.Path, dockerfile).Rules.Single().Text);
        _directory.Write("docker/a.Dockerfile.dockerignore", "own");
        Assert.Equal("own", _files.FindIgnoreFile(_directory.Path, dockerfile).Rules.Single().Text);
        Assert.Equal("common", _files.FindIgnoreFile(_directory.Path, null).Rules.Single().Text);
    }

    [Fact]
    public void A_malformed_ignore_file_is_said()
    {
        _directory.Write(".dockerignore", "a\n!\n");
        Assert.Contains("(line 2)", Assert.Throws<ContextException>(() => _files.FindIgnoreFile(_directory.Path, null)).Message);
    }

    [SkippableFact]
    public void A_pipe_is_not_waited_for_and_a_link_is_followed()
    {
        Needs.Linux();
        CopyRig.Shell("mkfifo pipe; ln -s pipe link; echo FROM scratch > real; ln -s real good; ln -s /dev/zero zero", _directory.Path);
        foreach (var name in new[] { "pipe", "link", "zero" })
            Assert.Throws<ContextException>(() => _files.FindDockerfile(null, _directory[name]));
        Assert.Equal("FROM scratch\n", _files.FindDockerfile(null, _directory["good"]).Text);
    }
}
