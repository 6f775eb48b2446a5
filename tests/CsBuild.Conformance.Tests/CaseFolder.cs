using System.Diagnostics;
using CsBuild.Testing;

namespace CsBuild.Conformance.Tests;

/// <summary>A case, copied to where a builder may use it: the same modes and times whatever git and umask did.</summary>
internal sealed class CaseFolder : IDisposable
{
    private const string FixedTime = "@1577934245";
    private const UnixFileMode PlainDirectory = (UnixFileMode)0x1ED;
    private const UnixFileMode PlainFile = (UnixFileMode)0x1A4;

    private const string Applets =
        "sh ls cat echo id env pwd sleep mkdir rm rmdir touch ln chmod chown mv cp stat head yes true false kill grep hostname dd mknod find readlink mkfifo od awk sort wc test tr cut basename sha256sum xargs seq sed printf tar";

    // A shell function for cases with repositories: `repo DIRECTORY` commits all that is in it.
    private const string Functions = """
        repo() { (cd "$1" && git init -q -b main . && git add -A && GIT_AUTHOR_DATE='1500000000 +0000' GIT_COMMITTER_DATE='1500000000 +0000' git -c user.name=t -c user.email=t@example.com commit -qm x); }

        """;

    private readonly TempDirectory _temp = new();
    private readonly CaseServer? _server;

    public CaseFolder(BuildCase build)
    {
        Copy(build.Folder, Path);
        System.IO.File.Delete(this["case.json"]);
        if (build.NeedsServer)
        {
            _server = new CaseServer(this["web"]);
            foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
                System.IO.File.WriteAllText(file, Served(System.IO.File.ReadAllText(file)));
        }
        if (build.NeedsBase)
            MakeBase(Needs.Program("/bin/busybox", "/usr/bin/busybox"));
        Shell($"find . ../base -exec touch -h -d {FixedTime} {{}} + 2>/dev/null || true\n{Served(string.Join('\n', build.Setup))}");
    }

    /// <summary>The folder.</summary>
    public string Path => _temp["case"];

    /// <summary>A small root with a shell, for FROM.</summary>
    public string Base => _temp["base"];

    /// <summary>A path for a result.</summary>
    public string Output => _temp["image.tar"];

    /// <summary>A directory for a store.</summary>
    public string Store => _temp["store"];

    /// <summary>A text of the case with the server's real address.</summary>
    public string Served(string text) => _server is null ? text : text.Replace(CaseServer.Placeholder, _server.Url, StringComparison.Ordinal);

    /// <summary>A result without what differs from run to run.</summary>
    public string Recorded(string text)
    {
        text = text.Replace(Path, "FOLDER", StringComparison.Ordinal);
        return _server is null ? text : text.Replace(_server.Url, CaseServer.Placeholder, StringComparison.Ordinal);
    }

    public string this[string relative] => System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, relative));

    public void Dispose()
    {
        Shell($"cd / && rm -rf '{_temp.Path}'"); // .NET cannot say every name
        _server?.Dispose();
        _temp.Dispose();
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        System.IO.File.SetUnixFileMode(to, PlainDirectory);
        foreach (var directory in Directory.EnumerateDirectories(from))
            Copy(directory, System.IO.Path.Combine(to, System.IO.Path.GetFileName(directory)));
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var copy = System.IO.Path.Combine(to, System.IO.Path.GetFileName(file));
            System.IO.File.Copy(file, copy);
            var runs = System.IO.File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);
            System.IO.File.SetUnixFileMode(copy, runs ? PlainDirectory : PlainFile);
        }
    }

    private void MakeBase(string busybox)
    {
        _temp.Write("base/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
        _temp.Write("base/etc/group", "root:x:0:\nstaff:x:50:app\napp:x:1001:\nnogroup:x:65534:\n");
        _temp.Write("base/srv/a", "a\n");
        _temp.Write("base/srv/b", "b\n");
        _temp.Write("base/srv/deep/c", "c\n");
        foreach (var name in "bin dev proc sys root tmp home/app".Split(' '))
            Directory.CreateDirectory(_temp["base/" + name]);
        System.IO.File.Copy(busybox, _temp["base/bin/busybox"]);
        foreach (var applet in Applets.Split(' '))
            System.IO.File.CreateSymbolicLink(_temp["base/bin/" + applet], "busybox");
        Shell("cd ../base && find . -type d -exec chmod 755 {} + && find . -type f -exec chmod 644 {} + && chmod 755 bin/busybox && chmod 1777 tmp");
    }

    private void Shell(string script)
    {
        var start = new ProcessStartInfo(Needs.Program("/bin/sh")) { WorkingDirectory = Path, RedirectStandardError = true };
        start.ArgumentList.Add("-euc");
        start.ArgumentList.Add("umask 022\n" + Functions + script);
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"the case's setup failed: {said}");
    }
}
