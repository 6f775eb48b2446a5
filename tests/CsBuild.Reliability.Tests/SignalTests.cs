using System.Diagnostics;
using System.Globalization;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// Signals at random times of a build (R33): the builder is gone soon, says that it was interrupted, and leaves no process,
/// mount, control group or file; the next build gives the digest of an undisturbed one.
/// </summary>
[Collection("rigs")]
public sealed class SignalTests : RigTests
{
    // a step with children, one of them stopped, while another stage copies
    private const string Dockerfile = """
        FROM base AS one
        COPY a.txt /a.txt
        RUN for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.4 & done; sleep 0.3; cat /a.txt > /b.txt
        FROM base AS two
        COPY a.txt /c.txt
        RUN dd if=/dev/zero of=/z bs=1024 count=4000 2>/dev/null
        FROM base
        COPY --from=one /b.txt /out/
        COPY --from=two /z /out/
        RUN (sleep 5 & kill -STOP $!); echo done > /done
        """;

    // what the kernel does with it when nobody listens is an end by that signal: 128 + its number
    private static readonly (string Name, int Code)[] Signals = [("INT", 130), ("TERM", 130), ("HUP", 130), ("QUIT", 130), ("KILL", 137)];

    [SkippableFact, Trait("Rule", "R33")]
    public void R33_a_signal_at_any_time_ends_the_builder_soon_and_leaves_nothing()
    {
        var kill = Needs.Program("/bin/kill", "/usr/bin/kill");
        var time = Prepare(out var expected);
        var chance = new Random(33);
        var tally = Signals.ToDictionary(signal => signal.Name, _ => new Tally());
        var clock = Stopwatch.StartNew();
        for (var round = 0; Rig.Rounds is { } most ? round < most : clock.Elapsed.TotalSeconds < Rig.Seconds * 2; round++)
        {
            var (name, code) = Signals[round % Signals.Length];
            // the last tenth is behind the end of most builds
            var wait = TimeSpan.FromMilliseconds(chance.NextDouble() * time * 1.1);
            var context = $"{name} after {wait.TotalMilliseconds:0} ms";
            Rig.Restore("template");
            var sent = new Stopwatch();
            var ran = Rig.Run(Rig.Program, Rig.BuildArguments(), process =>
            {
                Thread.Sleep(wait);
                sent.Start();
                if (!process.HasExited)
                    Rig.Run(kill, ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
            });
            tally[name].Add(ran.Code, sent.Elapsed);
            // before it listens a signal does what it always does
            Assert.True(ran.Code == 0 ? ran.Output.Trim() == expected : ran.Code == code || ran.Code is 129 or 130 or 131 or 143, $"{context}: {ran}");
            Assert.True(sent.Elapsed < TimeSpan.FromSeconds(12), $"{context}: {sent.Elapsed} until the end");
            AssertNoProcess(context);
            Rig.AssertSound(context);
            Assert.Equal(expected, Rig.Build());
            Rig.AssertClean(context);
            AssertNoGroup(context);
        }
        var report = string.Join("; ", tally.Select(signal => $"{signal.Key}: {signal.Value}"));
        Rig.Report($"R33: {tally.Values.Sum(t => t.Count)} signals at random times of {time:0} ms ({report}); no process, mount, control group or file left, every next build gave {expected}");
        Assert.True(tally.Values.Sum(t => t.Count) > 0);
    }

    /// <summary>How long an undisturbed build takes at least, in milliseconds.</summary>
    private double Prepare(out string expected)
    {
        File.WriteAllText(Rig["context/Dockerfile"], Dockerfile);
        foreach (var applet in (string[])["sleep", "kill"])
            File.CreateSymbolicLink(Rig["base/bin/" + applet], "busybox");
        Rig.Build();
        Directory.Move(Rig.Store, Rig["template"]);
        Rig.Edit("2");
        expected = Rig.Build(Rig["undisturbed"]);
        return Enumerable.Range(0, 3).Min(_ =>
        {
            Rig.Restore("template");
            var clock = Stopwatch.StartNew();
            Rig.Build();
            return clock.Elapsed.TotalMilliseconds;
        });
    }

    /// <summary>Within a second none is left that has mounts of the store.</summary>
    private void AssertNoProcess(string context)
    {
        string[] left = [];
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(1);)
        {
            left = [.. Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]) && IsOfTheStore(path))];
            if (left.Length == 0)
                return;
            Thread.Sleep(20);
        }
        Assert.Fail($"{context}: processes are left: {string.Join(' ', left)}");
    }

    private bool IsOfTheStore(string process)
    {
        try
        {
            return File.ReadAllText(process + "/mountinfo").Contains(Rig.Store, StringComparison.Ordinal)
                || File.ReadAllText(process + "/cmdline").Contains(Rig.Store + "\0", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Steps without limits have none; a group of ours that no process of ours is in would be one that was left.</summary>
    private static void AssertNoGroup(string context)
    {
        foreach (var root in Directory.Exists("/sys/fs/cgroup") ? Directory.GetDirectories("/sys/fs/cgroup") : [])
            Assert.True(!Path.GetFileName(root).StartsWith("csbuild-", StringComparison.Ordinal) || File.ReadAllText(root + "/cgroup.procs").Length > 0, $"{context}: {root}");
    }

    /// <summary>How builds ended that were sent one kind of signal.</summary>
    private sealed class Tally
    {
        private readonly SortedDictionary<int, int> _codes = [];
        private TimeSpan _longest;

        public int Count { get; private set; }

        public void Add(int code, TimeSpan took)
        {
            Count++;
            _codes[code] = _codes.GetValueOrDefault(code) + 1;
            _longest = took > _longest ? took : _longest;
        }

        public override string ToString() => $"{string.Join(", ", _codes.Select(code => $"{code.Value} ended with {code.Key}"))}, longest {_longest.TotalMilliseconds:0} ms";
    }
}
