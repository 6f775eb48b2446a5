using System.Diagnostics;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>The small static program that says from inside a step what it can do, built from Probe/*.c with the machine's C compiler.</summary>
internal static class ProbeProgram
{
    /// <summary>The program; the test is skipped where no compiler makes it.</summary>
    public static async Task<byte[]> BuildAsync()
    {
        var compiler = Needs.Program("/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang");
        using var directory = new TempDirectory();
        string[] sources = [Path.Combine(AppContext.BaseDirectory, "probe.c"), Path.Combine(AppContext.BaseDirectory, "report.c")];
        using var process = Process.Start(new ProcessStartInfo(compiler, ["-static", "-O1", "-o", directory["probe"], .. sources]) { RedirectStandardError = true })!;
        var problem = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Skip.If(process.ExitCode != 0, $"needs a C compiler with a static C library: {problem}");
        return await File.ReadAllBytesAsync(directory["probe"]);
    }

    /// <summary>The program as <c>/probe</c> of a step.</summary>
    public static async Task<SandboxMount> MountAsync() => new SandboxMount.MemoryFile { Target = "/probe", Content = await BuildAsync(), Mode = 0x1ED };

    /// <summary>
    /// What it reports of 32-bit calls, on a machine that knows none (kernels and hypervisors can do without): as in the
    /// tables, since there is nothing that a filter could refuse.
    /// </summary>
    public static string WithDoor(string report, SandboxSecurity security) => report
        .Replace("i386 getpid none", security == SandboxSecurity.Strict ? "i386 getpid EPERM" : "i386 getpid allowed", StringComparison.Ordinal)
        .Replace("i386 keyctl none", "i386 keyctl EPERM", StringComparison.Ordinal);
}
