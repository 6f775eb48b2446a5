namespace CsBuild.Linux.Tests;

/// <summary>What `csbuild doctor` says.</summary>
public sealed class ExaminationTests : MachineTests
{
    [SkippableFact]
    public async Task Root_works_in_namespaces_on_overlays_and_another_rung_is_named_when_asked_for()
    {
        var host = new SandboxHost(Machine.Root, Machine.Layers);
        var options = new LinuxSandboxOptions { InitCommand = [Machine.Init] };
        var report = await MachineExamination.RunAsync(host, options, default);
        Assert.Equal("namespaces, as root, on overlays of the layers", report.Rung);
        Assert.Equal(["rights", "user-namespaces", "ids", "overlay", "network", "runtimes"], report.Findings.Select(finding => finding.Name));
        Assert.All(report.Findings, finding => Assert.True(finding.IsGood || finding.Remedy is not null));
        report = await MachineExamination.RunAsync(host, options with { Isolation = Isolation.Chroot }, default);
        Assert.Equal("chroot, on copies of the layers", report.Rung);
        Assert.False(report.Findings[3].IsGood);
    }
}
