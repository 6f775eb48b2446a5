using System.Diagnostics;

namespace CsBuild.Testing.Remote;

/// <summary>A repository to fetch from, made by the git of this machine with fixed names and times.</summary>
public sealed class GitRepository
{
    private readonly string _directory;

    public GitRepository(string directory, bool sha256 = false)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        Git("init", "--quiet", "--initial-branch=main", "--template=", "--object-format=" + (sha256 ? "sha256" : "sha1"));
        Git("config", "http.receivepack", "false");
    }

    /// <summary>The path of the <c>.git</c> directory.</summary>
    public string GitDirectory => Path.Combine(_directory, ".git");

    public string PathOf(string name) => Path.Combine(_directory, name);

    public GitRepository With(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
        return this;
    }

    public void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf(path), (UnixFileMode)0x1FF);
    }

    /// <summary>Commits everything at a time in seconds since 1970, and says the commit's id.</summary>
    public string Commit(long time = 1_600_000_000)
    {
        Git("add", "--all");
        Git(time, "commit", "--quiet", "--allow-empty", "-m", "commit");
        return Git("rev-parse", "HEAD");
    }

    public string Git(params string[] arguments) => Git(1_600_000_000, arguments);

    private string Git(long time, params string[] arguments)
    {
        var start = new ProcessStartInfo(Needs.Program("/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git"))
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false", .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "tester";
            start.Environment[$"GIT_{who}_EMAIL"] = "tester@example.com";
            start.Environment[$"GIT_{who}_DATE"] = $"{time} +0000";
        }
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.Result}");
    }
}
