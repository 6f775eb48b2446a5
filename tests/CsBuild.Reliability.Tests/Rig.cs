using System.Diagnostics;
using System.Globalization;

namespace CsBuild.Reliability.Tests;

/// <summary>One rig at a time: they load the machine and count what processes hold.</summary>
[CollectionDefinition("rigs", DisableParallelization = true)]
public sealed class Rigs;

/// <summary>
/// A directory with a base of files (a busybox), a context, stores, and the tool as a program of its own. How long a rig
/// works is said by environment variables; without them it is a matter of seconds.
/// </summary>
internal sealed class Rig : IDisposable
{
    /// <summary>Seconds that a rig may take, <c>CSBUILD_RIG_SECONDS</c>; the default is for every commit.</summary>
    public static double Seconds => double.TryParse(Environment.GetEnvironmentVariable("CSBUILD_RIG_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 5;

    /// <summary>How many rounds a rig that counts them goes, <c>CSBUILD_RIG_ROUNDS</c>, instead of a time; null where it is not said.</summary>
    public static int? Rounds => int.TryParse(Environment.GetEnvironmentVariable("CSBUILD_RIG_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : null;

    private const string Dockerfile = """
        FROM base AS one
        COPY a.txt /a.txt
        RUN cat /a.txt > /b.txt
        RUN dd if=/dev/zero of=/z bs=1024 count=1500 2>/dev/null
        FROM base
        COPY --from=one /b.txt /z /out/
        RUN echo done > /done
        """;

    private readonly TempDirectory _directory = new();

    public Rig(bool needsRoot = true)
    {
        if (needsRoot)
            Needs.Root();
        else
            Needs.Linux();
        var busybox = Needs.Program("/bin/busybox", "/usr/bin/busybox");
        Directory.CreateDirectory(this["base/bin"]);
        File.Copy(busybox, this["base/bin/busybox"]);
        File.SetUnixFileMode(this["base/bin/busybox"], (UnixFileMode)0x1ED);
        foreach (var applet in new[] { "sh", "cat", "echo", "dd", "true", "test" })
            File.CreateSymbolicLink(this["base/bin/" + applet], "busybox");
        _directory.Write("context/Dockerfile", Dockerfile);
        Edit("1");
    }

    /// <summary>The tool: <c>CSBUILD_RIG_PROGRAM</c> (a published one starts faster), or the one that was built with the tests.</summary>
    public static string Program => Environment.GetEnvironmentVariable("CSBUILD_RIG_PROGRAM") is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli");

    public string this[string relative] => _directory[relative];

    public string Store => this["store"];

    /// <summary>Changes the one file of the context.</summary>
    public void Edit(string text)
    {
        _directory.Write("context/a.txt", text);
        // The same time again and again: what is built from it is to have one digest.
        File.SetLastWriteTimeUtc(this["context/a.txt"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    /// <summary>The arguments of a build of the context into a store, as <c>app:1</c>. The image ID goes to stdout.</summary>
    public string[] BuildArguments(string? store = null, string name = "app:1") =>
        ["-q", "--root", store ?? Store, "--network=none", "--build-arg", "SOURCE_DATE_EPOCH=0", "--build-context", "base=" + this["base"], "-t", name, this["context"]];

    /// <summary>Builds, and demands that it goes well. The image ID.</summary>
    public string Build(string? store = null, string name = "app:1")
    {
        var ran = Run(Program, BuildArguments(store, name));
        Assert.True(ran.Code == 0, $"{ran.Code}: {ran.Output}{ran.Error}");
        return ran.Output.Trim();
    }

    /// <summary>Runs the tool with other arguments.</summary>
    public ProgramRun Tool(params string[] arguments) => Run(Program, [.. arguments, "--root", Store]);

    /// <summary>The check of the store finds nothing.</summary>
    public void AssertSound(string context)
    {
        var ran = Tool("fsck", "--deep");
        Assert.True(ran.Code == 0, $"{context}: {ran.Output}{ran.Error}");
    }

    /// <summary>Nothing is left of programs that are dead: files, locks, mounts, processes.</summary>
    public void AssertClean(string context)
    {
        foreach (var directory in new[] { "tmp", "leases", "trash" })
            if (Directory.Exists(this["store/csbuild/" + directory]))
                Assert.True(Directory.GetFileSystemEntries(this["store/csbuild/" + directory]).Length == 0, $"{context}: {directory} is not empty: {string.Join(' ', Directory.GetFileSystemEntries(this["store/csbuild/" + directory]))}");
        if (Directory.Exists(this["store/csbuild/run"]))
            Assert.True(Directory.GetFileSystemEntries(this["store/csbuild/run"]).All(e => Path.GetFileName(e) == "empty"), $"{context}: run directories are left: {string.Join(' ', Directory.GetFileSystemEntries(this["store/csbuild/run"]))}");
        Assert.DoesNotContain(_directory.Path, File.ReadAllText("/proc/self/mountinfo").Replace(this["small"], "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>The names in the store with their images: what <c>images</c> says.</summary>
    public string Images() => Tool("images", "--format", "json").Output;

    /// <summary>Puts a copy of a store in the place of the store.</summary>
    public void Restore(string template)
    {
        if (Directory.Exists(Store))
            Directory.Delete(Store, recursive: true);
        if (template.Length > 0)
            Assert.Equal(0, Run(Needs.Program("/bin/cp", "/usr/bin/cp"), ["-a", this[template], Store]).Code);
    }

    /// <summary>Runs a program to its end, at most two minutes: what takes longer hangs.</summary>
    public static ProgramRun Run(string program, string[] arguments, Action<Process>? meanwhile = null)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["CSBUILD_CONFIG"] = "";
        start.Environment["HOME"] = "/nonexistent";
        return ProgramRun.Of(start, meanwhile);
    }

    /// <summary>Says what a long run has found, where <c>CSBUILD_RIG_REPORT</c> names a file.</summary>
    public static void Report(string text)
    {
        if (Environment.GetEnvironmentVariable("CSBUILD_RIG_REPORT") is { Length: > 0 } path)
            File.AppendAllText(path, text + "\n");
    }

    public void Dispose()
    {
        if (File.Exists(this["base/bin/busybox"]))
            Run(Needs.Program("/bin/rm", "/usr/bin/rm"), ["-rf", this["store"], this["base"]]);
        _directory.Dispose();
    }
}
