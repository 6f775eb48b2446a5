using System.Runtime.InteropServices;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>
/// The whole of what a step is given, as one text beside this file: ids, capabilities, limits, namespaces, mounts,
/// descriptors, devices, files of the kernel, sockets, and every system call. A line that changes is a decision to make.
/// </summary>
public sealed class ReportTests : MachineTests
{
    [SkippableTheory]
    [InlineData(SandboxSecurity.Default)]
    [InlineData(SandboxSecurity.Strict)]
    [InlineData(SandboxSecurity.Insecure)]
    public async Task S20_S30_all_that_a_step_is_given_is_as_in_the_table(SandboxSecurity security)
    {
        Skip.IfNot(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the table is for x86-64");
        var spec = Machine.Shell("") with
        {
            // without a filter the calls would reach the machine
            Arguments = security == SandboxSecurity.Insecure ? ["/probe", "report"] : ["/probe", "report", "arguments", "calls"],
            Security = security,
            Mounts = [await ProbeProgram.MountAsync()],
        };
        var ran = await Machine.RunAsync(spec);
        Assert.Equal((0, ""), (ran.Exit.Code, ran.Error));
        Golden.Verify(new ProbeReport(security).Of(ProbeProgram.WithDoor(ran.Output, security)), OrdinaryRun.IsOne ? $"{security}.ordinary" : $"{security}");
    }
}
