using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// Texts that are nowhere else are given as secrets in every way (S47), and looked for in every byte that a build has left, and
/// in the words and variables of all processes while it goes on. What a step leaves running writes nothing any more (S48).
/// </summary>
[Collection("rigs")]
public sealed class SecretTests : RigTests
{
    private const string InFile = "sentinel-of-a-file";
    private const string InVariable = "sentinel-of-a-variable";
    private const string InProxy = "sentinel-of-a-proxy";
    private const string OfCaller = "sentinel-of-the-caller";

    [SkippableTheory, Trait("Rule", "S47")]
    [InlineData("goes well", "true")]
    [InlineData("fails", "exit 3")]
    [InlineData("is killed", "/bin/busybox sleep 30")]
    public void S47_a_secret_is_nowhere_but_where_a_step_put_it(string end, string command)
    {
        File.WriteAllText(Rig["context/Dockerfile"], $$"""
            FROM base
            RUN --mount=type=secret,id=file --mount=type=secret,id=variable,env=TOKEN \
                test "$(cat /run/secrets/file)" && test "$TOKEN" && test "$HTTP_PROXY" && cat /proc/self/environ > /dev/null && /bin/busybox sleep 1 && {{command}}
            """);
        Directory.CreateDirectory(Rig["secrets"]);
        Directory.CreateDirectory(Rig["temp"]);
        Directory.CreateDirectory(Rig["logs"]);
        File.WriteAllText(Rig["secrets/file"], InFile);
        string[] environment = ["TMPDIR=" + Rig["temp"], "CALLER=" + OfCaller, "GIVEN=" + InVariable, "CSBUILD_DEBUG=1"];
        string[] flags =
        [
            "-D", "--progress=plain", "--secret", "id=file,src=" + Rig["secrets/file"], "--secret", "id=variable,env=GIVEN",
            "--build-arg", $"HTTP_PROXY=http://user:{InProxy}@127.0.0.1:1", "--log-dir", Rig["logs"],
            "--cache-to", "type=local,mode=max,compression=uncompressed,dest=" + Rig["cache"], "-o", "type=oci,compression=uncompressed,dest=" + Rig["out.tar"],
        ];
        var seen = new List<string>();
        var ran = Rig.Run(Needs.Program("/usr/bin/env", "/bin/env"), [.. environment, Rig.Program, .. flags, .. Rig.BuildArguments()[1..]], process =>
        {
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalSeconds < (end == "is killed" ? 6 : 60) && !process.WaitForExit(TimeSpan.FromMilliseconds(50)))
                Look(process.Id, seen);
            if (end == "is killed")
                process.Kill();
        });

        Assert.Equal(end switch { "goes well" => 0, "fails" => 1, _ => 137 }, ran.Code);
        Assert.Contains(seen, s => s.StartsWith("looked at", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, s => s.Contains("sentinel", StringComparison.Ordinal));
        Assert.DoesNotContain("sentinel", ran.Output + ran.Error, StringComparison.Ordinal);
        foreach (var sentinel in new[] { InFile, InVariable, InProxy, OfCaller })
            Assert.Empty(FilesWith(sentinel));
    }

    [SkippableFact, Trait("Rule", "S48")]
    public void S48_a_process_that_a_step_leaves_behind_writes_nothing_into_the_layer()
    {
        File.WriteAllText(Rig["context/Dockerfile"], """
            FROM base
            RUN (while true; do echo late >> /late; done) & (/bin/busybox setsid /bin/busybox sleep 87655; echo later > /later) & echo done > /done
            """);
        Rig.Build();
        Assert.DoesNotContain(Processes(), p => Words(p).Contains("87655", StringComparison.Ordinal));
        var (size, time) = Late();
        Thread.Sleep(300);
        Assert.Equal((size, time), Late());
        // The layer and the directory that it was made of are one, file by file.
        Rig.AssertSound("after a step that left processes behind");
        Rig.AssertClean("after a step that left processes behind");
        Assert.Empty(Directory.GetFiles(Rig["store/csbuild/unpacked"], "later", SearchOption.AllDirectories));
    }

    private (long Size, DateTime Time) Late()
    {
        var file = Directory.GetFiles(Rig["store/csbuild/unpacked"], "late", SearchOption.AllDirectories).Select(f => new FileInfo(f)).SingleOrDefault();
        return (file?.Length ?? 0, file?.LastWriteTimeUtc ?? default);
    }

    // The words of the processes below one, and their variables; the step's own may have what it was given.
    private static void Look(int above, List<string> seen)
    {
        foreach (var process in Below(above))
        {
            var words = Words(process);
            seen.Add($"looked at {process}");
            if (words.Contains("sentinel", StringComparison.Ordinal))
                seen.Add($"words of {process}: {words}");
            var variables = Read($"/proc/{process}/environ");
            foreach (var sentinel in new[] { InFile, OfCaller })
                if (variables.Contains(sentinel, StringComparison.Ordinal))
                    seen.Add($"variables of {process} ({words}): {sentinel}");
        }
    }

    private static IEnumerable<int> Below(int above)
    {
        var parents = Processes().Select(p => (Process: p, Parent: Parent(p))).ToList();
        var found = new HashSet<int> { above };
        for (var known = 0; known < found.Count;)
        {
            known = found.Count;
            found.UnionWith(parents.Where(p => found.Contains(p.Parent)).Select(p => p.Process).ToList());
        }
        return found.Where(p => p != above);
    }

    private static IEnumerable<int> Processes() =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture));

    private static int Parent(int process) =>
        Read($"/proc/{process}/stat") is var text && text.LastIndexOf(')') is > 0 and var end ? int.Parse(text[(end + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static string Words(int process) => Read($"/proc/{process}/cmdline");

    private static string Read(string path)
    {
        try
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // ended
        }
    }

    // Sockets and pipes that the runtime makes for debuggers; they hold no bytes.
    private static bool IsOfRuntime(string file) => Path.GetFileName(file) is var name
        && (name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) || name.StartsWith("clr-debug-pipe-", StringComparison.Ordinal));

    private IEnumerable<string> FilesWith(string sentinel)
    {
        var bytes = Encoding.ASCII.GetBytes(sentinel);
        foreach (var place in new[] { "store", "cache", "logs", "temp", "context", "out.tar" })
        {
            var path = Rig[place];
            foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : File.Exists(path) ? [path] : [])
                if (new FileInfo(file).LinkTarget is null && !IsOfRuntime(file) && File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0)
                    yield return file;
        }
    }
}
