using System.Diagnostics;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

/// <summary>Tests that count what the process holds run alone.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>How steps end, and what they leave behind. SECURITY.md S28, R33, R36 and rule 10.</summary>
[Collection("alone")]
public sealed class LifeTests : MachineTests
{
    [SkippableFact]
    public async Task R33_cancelling_ends_all_processes_of_the_step_at_once()
    {
        await using var active = await Machine.Sandbox.PrepareAsync(await Machine.BaseAsync(), default);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Machine.RunAsync(
            active, Machine.Shell("trap '' TERM INT; sleep 87654 & sleep 87654 & while true; do sleep 1; done"), cancellation.Token));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        Assert.Empty(ProcessesWith("87654"));
    }

    [SkippableFact]
    public async Task R36_a_daemon_that_holds_the_output_neither_hangs_nor_outlives_the_step()
    {
        var clock = Stopwatch.StartNew();
        var ran = await Machine.RunAsync(Machine.Shell("(sleep 76543 &) ; echo done"));
        Assert.Equal("done\n", ran.Output);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        Assert.Empty(ProcessesWith("76543"));
    }

    [SkippableFact]
    public async Task Nothing_is_left_of_a_step_no_mount_no_directory_no_descriptor()
    {
        await Machine.RunAsync(Machine.Shell("true"));
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo");
        var descriptors = Descriptors();
        for (var i = 0; i < 5; i++)
            await Machine.CommitAsync($"echo {i} > /x");
        Assert.Equal(mounts, await File.ReadAllTextAsync("/proc/self/mountinfo"));
        Assert.Empty(Machine.RunFolders);
        Assert.Equal(descriptors, Descriptors());
    }

    [SkippableFact]
    public async Task S33_what_the_sandbox_keeps_is_closed_to_others()
    {
        await Machine.RunAsync(Machine.Shell("true"));
        foreach (var name in (string[])["run", "unpacked", "caches"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Machine.Own, name)));
    }

    [SkippableFact]
    public async Task S28_every_start_succeeds_while_other_threads_are_busy()
    {
        // all that were asked for; else 25, or on a machine on which threads wait long for each other as many as a minute holds
        var asked = Environment.GetEnvironmentVariable("CSBUILD_STEPS");
        var count = int.Parse(asked ?? "25", System.Globalization.CultureInfo.InvariantCulture);
        var patience = asked is null ? TimeSpan.FromMinutes(1) : TimeSpan.MaxValue;
        var start = await Machine.BaseAsync();
        using var stop = new CancellationTokenSource();
        var busy = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(() => KeepBusy(i, stop.Token), TaskCreationOptions.LongRunning)).ToArray();
        var others = new List<string>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count && (i < 5 || clock.Elapsed < patience); i++)
            if (await Machine.RunAsync(Machine.Shell("echo $$"), start) is { Output: not "100\n" } ran)
                others.Add($"{i}: {ran}");
        await stop.CancelAsync();
        await Task.WhenAll(busy);
        Assert.Empty(others);
    }

    /// <summary>Threads that come and go, garbage, and other processes: what makes a fork with threads hang, where it does.</summary>
    private static void KeepBusy(int kind, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            switch (kind)
            {
                case 0: new Thread(() => GC.KeepAlive(new byte[100000])).Start(); break;
                case 1: GC.Collect(); break;
                case 2: using (var process = Process.Start("/bin/true")) process.WaitForExit(); break;
                default: _ = string.Concat(Enumerable.Range(0, 1000)); break;
            }
            Thread.Yield();
        }
    }

    [SkippableFact]
    public async Task S28_many_steps_run_at_the_same_time()
    {
        var start = await Machine.BaseAsync();
        var steps = Enumerable.Range(0, 12).Select(i => Machine.RunAsync(Machine.Shell($"echo {i}"), start));
        var outputs = (await Task.WhenAll(steps)).Select(ran => ran.Output);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}\n"), outputs);
    }

    [SkippableFact]
    public async Task Rule_10_a_builder_that_is_killed_takes_its_step_along_and_the_next_one_cleans_up()
    {
        var layer = (await Machine.BaseAsync()).Layers[0];
        var start = new ProcessStartInfo(Machine.Init, [Machine.Root, layer.DiffId.ToString(), $"{layer.Blob.Size}", "echo up; sleep 65432"])
        {
            RedirectStandardOutput = true,
        };
        using (var builder = Process.Start(start)!)
        {
            try
            {
                Assert.Equal("up", await builder.StandardOutput.ReadLineAsync());
                for (var i = 0; i < 100 && ProcessesWith("65432").Length == 0; i++)
                    await Task.Delay(20);
                Assert.NotEmpty(ProcessesWith("65432"));
            }
            finally
            {
                builder.Kill();
            }
            await builder.WaitForExitAsync();
        }
        for (var i = 0; i < 100 && ProcessesWith("65432").Length > 0; i++)
            await Task.Delay(20);
        Assert.Empty(ProcessesWith("65432"));
        Assert.NotEmpty(Machine.RunFolders);
        await Machine.RunAsync(Machine.Shell("true"));
        Assert.Empty(Machine.RunFolders);
    }

    [SkippableFact]
    public async Task S28_the_end_of_a_step_is_told_by_a_thread_that_was_never_in_its_namespaces()
    {
        var layer = (await Machine.BaseAsync()).Layers[0];
        // The pool's idle threads leave soon, so whoever tells the end makes a new one, which inherits its namespaces:
        // there the step's mounts are still in place, and what it left cannot be removed.
        var start = new ProcessStartInfo(Machine.Init, [Machine.Root, layer.DiffId.ToString(), $"{layer.Blob.Size}", "sleep 0.5; echo end"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_ThreadPool_ThreadTimeoutMs"] = "150" },
        };
        using var builder = Process.Start(start)!;
        var problem = builder.StandardError.ReadToEndAsync();
        Assert.Equal("end\n", await builder.StandardOutput.ReadToEndAsync());
        await builder.WaitForExitAsync();
        Assert.Equal("", await problem);
        Assert.Equal(0, builder.ExitCode);
        Assert.Empty(Machine.RunFolders);
    }

    [SkippableFact]
    public async Task S27_the_builder_s_program_cannot_be_written_by_a_step_that_executes_it()
    {
        var before = await File.ReadAllBytesAsync(Machine.Init);
        await Machine.RunAsync(Machine.Shell("printf '#!/proc/self/exe\\n' > /x; chmod 755 /x") with { Network = SandboxNetwork.None });
        await Machine.RunAsync(Machine.Shell("printf '#!/proc/self/exe\\n' > /x; chmod 755 /x; /x; for p in /proc/[0-9]*; do echo bad > $p/exe; done; true"));
        Assert.Equal(before, await File.ReadAllBytesAsync(Machine.Init));
    }

    /// <summary>What is open of the sandbox. (The store keeps new blobs open until they are flushed.).</summary>
    private static string[] Descriptors() =>
    [
        .. Directory.GetFiles("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget ?? "")
            .Where(target => target.Contains("/store/csbuild/", StringComparison.Ordinal) || target.Contains("pidfd", StringComparison.Ordinal) || target.StartsWith("pid:", StringComparison.Ordinal))
            .Where(target => !target.Contains("/csbuild/tmp/", StringComparison.Ordinal) && !target.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    internal static string[] ProcessesWith(string argument) =>
    [
        .. Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Where(path =>
        {
            try
            {
                return File.ReadAllText(path + "/cmdline").Split('\0').Contains(argument);
            }
            catch (IOException)
            {
                return false;
            }
        }),
    ];
}
