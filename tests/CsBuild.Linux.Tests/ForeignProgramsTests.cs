using System.Runtime.InteropServices;
using CsBuild.Linux.Processes;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Which emulators count, from what the kernel says of them. A build that uses one is in CsBuild.Cli.Tests.</summary>
public sealed class ForeignProgramsTests : IDisposable
{
    private const string Arm64 = "magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";
    private readonly TempDirectory _registry = new();

    public ForeignProgramsTests()
    {
        _registry.Write("status", "enabled\n");
        _registry.Write("register", "");
    }

    public void Dispose() => _registry.Dispose();

    private string? Problem(string architecture = "arm64")
    {
        Skip.IfNot(RuntimeInformation.OSArchitecture == Architecture.X64, "needs x86-64");
        try
        {
            ForeignPrograms.Check(architecture, _registry.Path);
            return null;
        }
        catch (SandboxException problem)
        {
            return problem.Message;
        }
    }

    [SkippableFact]
    public void An_emulator_that_the_kernel_holds_open_counts_for_its_programs_only()
    {
        _registry.Write("qemu", "enabled\ninterpreter /usr/bin/qemu\nflags: POCF\noffset 0\n" + Arm64);
        Assert.Null(Problem());
        Assert.StartsWith("programs for riscv64 cannot run", Problem("riscv64"));
        Assert.StartsWith("programs for s390x cannot run", Problem("s390x"));
        Assert.Null(Problem("amd64"));
        Assert.Null(Problem("386"));
    }

    [SkippableFact]
    public void One_that_is_looked_for_in_the_step_s_own_root_does_not()
    {
        _registry.Write("qemu", "enabled\ninterpreter /usr/bin/qemu\nflags: OC\noffset 0\n" + Arm64);
        Assert.Equal("the emulator for arm64 (/usr/bin/qemu) is not open to steps: it was registered without the flag F", Problem());
    }

    [SkippableFact]
    public void One_that_is_turned_off_does_not_nor_do_those_that_go_by_a_file_s_name()
    {
        Assert.StartsWith("programs for arm64 cannot run", Problem());
        _registry.Write("qemu", "disabled\ninterpreter /usr/bin/qemu\nflags: F\noffset 0\n" + Arm64);
        _registry.Write("jar", "enabled\ninterpreter /usr/bin/jexec\nflags: F\nextension .jar\n");
        Assert.StartsWith("programs for arm64 cannot run", Problem());
        Assert.StartsWith("programs for vax cannot run", Problem("vax"));
    }
}
