using System.Diagnostics;
using System.Runtime.InteropServices;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Seccomp;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>The kinds of confinement, and the parts that they are made of. SECURITY.md S20 to S22, S29.</summary>
public sealed class SecurityTests : MachineTests
{
    [Fact]
    public void S21_every_call_that_is_known_has_exactly_one_place_in_the_policy()
    {
        var groups = FilterPolicy.Words(FilterPolicy.Allowed).Concat(FilterPolicy.Words(FilterPolicy.Refused))
            .Concat(FilterPolicy.Tied.SelectMany(tied => FilterPolicy.Words(tied.Calls))).Concat(FilterPolicy.ByArgument.Select(call => call.Call)).ToArray();
        var known = new[] { SyscallTable.X64, SyscallTable.X32, SyscallTable.I386, SyscallTable.Arm64 }.SelectMany(table => table).ToArray();

        Assert.Empty(groups.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Equal(known.Select(call => call.Name).Distinct().Order(StringComparer.Ordinal), groups.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Capabilities.Default, false)]
    [InlineData(Capabilities.Strict, true)]
    public void S21_the_program_fits_the_kernel_and_every_jump_lands_inside(ulong capabilities, bool nativeOnly)
    {
        var program = MemoryMarshal.Cast<byte, FilterProgram.Instruction>(FilterProgram.Compile(capabilities, nativeOnly)).ToArray();

        Assert.InRange(program.Length, 50, 4096);
        for (var i = 0; i < program.Length; i++)
        {
            if ((program[i].Code & 7) != 5)
                continue;
            long[] targets = program[i].Code == 5 ? [program[i].Value] : [program[i].True, program[i].False];
            Assert.All(targets, target => Assert.InRange(i + 1 + target, 0, program.Length - 1));
        }
        Assert.Equal(6, program[^1].Code);
    }

    [SkippableFact]
    public async Task The_first_process_is_what_the_assembler_makes_of_its_source()
    {
        Needs.Linux();
        foreach (var (arm, assembler, source) in (IEnumerable<(bool, string, string)>)[(false, "/usr/bin/x86_64-linux-gnu-as", "Reaper.x64.S"), (true, "/usr/bin/aarch64-linux-gnu-as", "Reaper.arm64.S")])
        {
            if (!File.Exists(assembler))
                continue;
            using var directory = new TempDirectory();
            await ProcessOf(assembler, Path.Combine(AppContext.BaseDirectory, source), "-o", directory["code.o"]);
            await ProcessOf(assembler[..^2] + "objcopy", "-O", "binary", "-j", ".text", directory["code.o"], directory["code"]);
            Assert.Equal(Convert.ToHexString(await File.ReadAllBytesAsync(directory["code"])), Convert.ToHexString(Reaper.Code(arm)));
        }
    }

    [SkippableFact]
    public async Task S20_strict_steps_keep_eleven_capabilities_and_gain_none()
    {
        var ran = await Machine.RunAsync(Machine.Shell("grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status") with { Security = SandboxSecurity.Strict });
        Assert.Equal(
            "CapInh:\t0000000000000000\nCapPrm:\t00000000800405fb\nCapEff:\t00000000800405fb\nCapBnd:\t00000000800405fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n",
            ran.Output);
    }

    [SkippableFact]
    public async Task S20_insecure_steps_keep_all_and_may_mount_and_open_devices()
    {
        var script = "grep -E 'CapEff|Seccomp:' /proc/self/status; mkdir /m && mount -t tmpfs none /m && echo mounted; mknod /n c 1 3 && echo x > /n && echo opened; test -w /proc/sys/kernel/hostname && echo writable";
        var ran = await Machine.RunAsync(Machine.Shell(script) with { Security = SandboxSecurity.Insecure });
        var all = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff", StringComparison.Ordinal));
        Assert.Equal($"{all}\nSeccomp:\t0\nmounted\nopened\nwritable\n", ran.Output);
    }

    [SkippableFact]
    public async Task S21_a_default_step_cannot_mount_or_leave_its_namespaces()
    {
        var ran = await Machine.RunAsync(Machine.Shell("grep Seccomp: /proc/self/status; mkdir /m; mount -t tmpfs none /m; umount /proc; chroot / /bin/echo in"));
        Assert.Equal("Seccomp:\t2\nin\n", ran.Output);
        Assert.Equal(2, ran.Error.Split('\n').Count(line => line.Contains("ermi", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task S29_a_node_can_be_made_anywhere_and_opened_nowhere()
    {
        var script = "for d in / /dev /dev/shm /tmp; do mknod $d/disk b 8 0 && mknod $d/mem c 1 1 && mknod $d/tun c 10 200 && mknod $d/null2 c 1 3 || echo not made; for n in disk mem tun null2; do head -c 1 $d/$n && echo opened $d/$n; done; done; true";
        var ran = await Machine.RunAsync(Machine.Shell(script));
        // an ordinary user's root cannot even make them
        Assert.Equal(OrdinaryRun.IsOne ? "not made\nnot made\nnot made\nnot made\n" : "", ran.Output);
        Assert.Equal(16, ran.Error.Split('\n').Count(line => line.Contains(OrdinaryRun.IsOne ? "No such file" : "Permission denied", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task S26_S27_process_1_shows_nothing_of_the_builder()
    {
        var ran = await Machine.RunAsync(Machine.Shell("for f in exe cwd root; do readlink /proc/1/$f; done; readlink /proc/1/fd/3; cat < /proc/1/fd/3; cat /proc/1/environ; cat /proc/1/maps; cat /proc/1/cmdline | tr '\\0' ' '; id -u; readlink /proc/self/exe"));
        Assert.Equal("/bin/busybox", ran.Output.Split('\n')[^2]);
        Assert.DoesNotContain("CsBuild", ran.Output);
        Assert.DoesNotContain("DOTNET", ran.Output);
        Assert.StartsWith("init ", ran.Output);
    }

    private static async Task ProcessOf(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
