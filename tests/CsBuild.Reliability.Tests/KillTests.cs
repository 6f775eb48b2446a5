using System.Diagnostics;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// kill -9 at system calls and at any time (R1). After it the store is sound as it is, the old name is whole, and the next
/// build needs nothing, gives the digest of an undisturbed one and clears up.
/// </summary>
[Collection("rigs")]
public sealed class KillTests : RigTests
{
    // Each call alone: strace counts the n-th call of a thread, and .NET's threads make few calls of each kind.
    private static readonly string[] Calls =
        ["rename", "fsync", "pwrite64", "openat", "unlink", "mkdir", "flock", "mount", "unshare", "renameat2", "write", "close", "umount2", "mknodat", "fchownat", "linkat", "clone3,clone,vfork", "pread64"];

    [SkippableFact, Trait("Rule", "R1")]
    public void R1_killed_at_a_system_call_a_build_loses_nothing_and_the_next_one_is_right()
    {
        var strace = Needs.Program("/usr/bin/strace");
        var (old, expected) = Prepare();
        var clock = Stopwatch.StartNew();
        var hit = 0;
        var survived = 0;
        var open = Calls.ToDictionary(c => c, _ => 0);
        // A round for each n, over all kinds of calls; a kind that was not hit three times in a row is through.
        for (var n = 1; open.Count > 0 && clock.Elapsed.TotalSeconds < Rig.Seconds; n++)
        {
            foreach (var call in open.Keys.ToArray())
            {
                if (clock.Elapsed.TotalSeconds >= Rig.Seconds)
                    break;
                Rig.Restore("template");
                var ran = Rig.Run(strace, ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={Nth(n)}", Rig.Program, .. Rig.BuildArguments()]);
                if (ran.Code == 0)
                {
                    survived++;
                    if (++open[call] == 3)
                        open.Remove(call);
                    continue;
                }
                open[call] = 0;
                hit++;
                Check($"killed at {call} {Nth(n)}", old, expected);
            }
        }
        Rig.Report($"R1 system calls: {hit} points hit in {Calls.Length} kinds, {survived} not reached; every store sound, every next build gave {expected}, nothing left");
        Assert.True(hit > 0, "no kill has hit");
    }

    [SkippableFact, Trait("Rule", "R1")]
    public void R1_killed_at_any_time_a_build_loses_nothing_and_the_next_one_is_right()
    {
        var (old, expected) = Prepare();
        var clock = Stopwatch.StartNew();
        Rig.Restore("template");
        Rig.Build();
        var time = clock.Elapsed.TotalMilliseconds;
        var chance = new Random(1);
        var (hit, late) = (0, 0);
        for (clock.Restart(); Rig.Rounds is { } most ? hit < most : clock.Elapsed.TotalSeconds < Rig.Seconds;)
        {
            Rig.Restore("template");
            var wait = chance.NextDouble() * time;
            var ran = Rig.Run(Rig.Program, Rig.BuildArguments(), p =>
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(wait));
                p.Kill();
            });
            if (ran.Code == 0)
            {
                late++;
                // Success that was told is there.
                Assert.Equal(expected, ran.Output.Trim());
            }
            hit++;
            Check($"killed after {wait:0} ms", old, expected);
        }
        Rig.Report($"R1 times: {hit} kills, {late} of them after the end; every store sound, every next build gave {expected}, nothing left");
    }

    // The first rounds go through the beginning; then larger steps, until the program comes to its end.
    private static int Nth(int n) => n <= 10 ? n : 10 + (n - 10) * (n - 10);

    private (string Old, string Expected) Prepare()
    {
        Rig.Build();
        var old = Rig.Images();
        Directory.Move(Rig.Store, Rig["template"]);
        Rig.Edit("2");
        var expected = Rig.Build(Rig["undisturbed"]);
        return (old, expected);
    }

    private void Check(string context, string old, string expected)
    {
        var images = Rig.Images();
        Assert.True(images == old || images.Contains(expected, StringComparison.Ordinal), $"{context}: {images}");
        Rig.AssertSound(context);
        Assert.Equal(expected, Rig.Build());
        Rig.AssertClean(context);
    }
}
