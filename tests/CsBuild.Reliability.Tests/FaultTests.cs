using System.Diagnostics;
using System.Globalization;

namespace CsBuild.Reliability.Tests;

/// <summary>Full disks (R4), and calls that fail (R5): an error that says so or the right image, and then a build that works.</summary>
[Collection("rigs")]
public sealed class FaultTests : RigTests
{
    private static readonly (string Call, string Error)[] Faults =
    [
        ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("pwrite64", "EDQUOT"), ("fsync", "EIO"), ("fsync", "ENOSPC"), ("rename", "EIO"), ("rename", "ENOSPC"),
        ("mkdir", "ENOSPC"), ("mkdir", "EIO"), ("unlink", "EIO"), ("flock", "EIO"), ("mount", "ENOMEM"), ("renameat2", "EIO"), ("write", "ENOSPC"), ("openat", "EMFILE"), ("openat", "EIO"),
        ("pread64", "EIO"), ("getdents64", "EIO"), ("fchownat", "EDQUOT"), ("clone3,clone,vfork", "EAGAIN"),
    ];

    [SkippableFact, Trait("Rule", "R5")]
    public void R5_a_call_that_fails_is_an_error_or_does_no_harm_and_the_next_build_is_right()
    {
        var strace = Needs.Program("/usr/bin/strace");
        var expected = Rig.Build(Rig["undisturbed"]);
        var (failed, unharmed) = (0, 0);
        var clock = Stopwatch.StartNew();
        for (var n = 1; clock.Elapsed.TotalSeconds < Rig.Seconds && n < 40; n++)
        {
            foreach (var (call, error) in Faults)
            {
                if (clock.Elapsed.TotalSeconds >= Rig.Seconds)
                    break;
                Rig.Restore("");
                var ran = Rig.Run(strace, ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when={n}", Rig.Program, .. Rig.BuildArguments()]);
                var context = $"{error} at {call} {n}";
                if (ran.Code == 0)
                    Assert.True(expected == ran.Output.Trim(), $"{context}: {ran}");
                else
                    Assert.True(ran.Code != 70, $"{context} is called a defect: {ran}");
                _ = ran.Code == 0 ? unharmed++ : failed++;
                Rig.AssertSound(context);
                Assert.Equal(expected, Rig.Build());
                Rig.AssertClean(context);
            }
        }
        Rig.Report($"R5: {failed} faults were told, {unharmed} did no harm; every store sound, every next build gave {expected}, nothing left");
    }

    [SkippableFact, Trait("Rule", "R5")]
    public void R5_what_a_step_failed_at_is_told_and_not_what_failed_after_it()
    {
        var strace = Needs.Program("/usr/bin/strace");

        // First the cover of /proc cannot be taken away, so that the step does not start, and then not the step's root.
        var ran = Rig.Run(strace, ["-f", "-qq", "-o", "/dev/null", "-e", "trace=umount2", "-e", "inject=umount2:error=EBUSY", Rig.Program, .. Rig.BuildArguments()]);

        Assert.NotEqual(0, ran.Code);
        Assert.Contains("the step could not be set up: umount `/proc`: ", ran.Error, StringComparison.Ordinal);
        Rig.AssertClean("umount2 fails");
    }

    [SkippableFact, Trait("Rule", "R5")]
    public void R5_few_descriptors_are_an_error_or_enough()
    {
        var prlimit = Needs.Program("/usr/bin/prlimit");
        var expected = Rig.Build(Rig["undisturbed"]);
        var (failed, enough) = (0, 0);
        var clock = Stopwatch.StartNew();
        // With fewer the runtime cannot load its own libraries: it aborts, or hangs in saying that it is out of memory.
        for (var limit = 76; limit <= 200 && clock.Elapsed.TotalSeconds < Rig.Seconds; limit += Rig.Seconds > 30 ? 3 : 40)
        {
            Rig.Restore("");
            var ran = Rig.Run(prlimit, [string.Create(CultureInfo.InvariantCulture, $"--nofile={limit}:{limit}"), Rig.Program, .. Rig.BuildArguments()]);
            if (ran.Code == 0)
                Assert.Equal(expected, ran.Output.Trim());
            _ = ran.Code == 0 ? enough++ : failed++;
            if (Directory.Exists(Rig.Store))
                Rig.AssertSound($"{limit} descriptors");
            Assert.Equal(expected, Rig.Build());
            Rig.AssertClean($"{limit} descriptors");
        }
        Rig.Report($"R5 descriptors: {failed} limits were too low, {enough} enough; every next build right");
    }

    [SkippableFact, Trait("Rule", "R4")]
    public void R4_a_full_disk_is_named_and_leaves_nothing_and_pruning_works_on_it()
    {
        var mount = Needs.Program("/bin/mount", "/usr/bin/mount");
        var umount = Needs.Program("/bin/umount", "/usr/bin/umount");
        var expected = Rig.Build(Rig["undisturbed"]);
        var (failed, enough) = (0, 0);
        var clock = Stopwatch.StartNew();
        var step = Rig.Seconds > 30 ? 256 : 2500;
        Directory.CreateDirectory(Rig["small"]);
        for (var size = 64; size <= 14_000 && clock.Elapsed.TotalSeconds < Rig.Seconds; size += step)
        {
            Skip.IfNot(Rig.Run(mount, ["-t", "tmpfs", "-o", $"size={size}k", "tmpfs", Rig["small"]]).Code == 0, "cannot mount a tmpfs");
            try
            {
                var ran = Rig.Run(Rig.Program, Rig.BuildArguments(Rig["small/store"]));
                if (ran.Code == 0)
                    Assert.Equal(expected, ran.Output.Trim());
                else
                    // 1 is the command of a step that met the full disk; what it says is its own.
                    Assert.True(ran.Code == 1 || (ran.Code is 6 or 7 && ran.Error.Contains("space", StringComparison.OrdinalIgnoreCase)), $"{size} KiB: {ran}");
                _ = ran.Code == 0 ? enough++ : failed++;
                // With no byte free.
                Rig.Run(Needs.Program("/bin/dd", "/usr/bin/dd"), ["if=/dev/zero", "of=" + Rig["small/full"], "bs=4k"]);
                if (Directory.Exists(Rig["small/store/csbuild"]))
                {
                    var pruned = Rig.Run(Rig.Program, ["prune", "--all", "--force", "--root", Rig["small/store"]]);
                    Assert.True(pruned.Code == 0, $"{size} KiB, pruning: {pruned}");
                }
                File.Delete(Rig["small/full"]);
                Assert.Equal(0, Rig.Run(mount, ["-o", "remount,size=100m", Rig["small"]]).Code);
                Assert.Equal(expected, Rig.Build(Rig["small/store"]));
                Assert.Empty(Directory.GetFileSystemEntries(Rig["small/store/csbuild/tmp"]));
            }
            finally
            {
                Rig.Run(umount, [Rig["small"]]);
            }
        }
        Rig.Report($"R4: {failed} sizes were too small and said so, {enough} enough; pruned with no byte free, every next build right");
        Assert.True(failed > 0);
    }
}
