using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

/// <summary>
/// <c>--platform linux/arm64</c> with RUN on another machine: by the kernel's emulators (binfmt_misc), and what is said
/// where there is none. Which emulators there are is the machine's: the one that is needed is registered for the time of a
/// test, where none is, and seen by way of a mount that only the test has.
/// </summary>
public sealed class ForeignPlatformTests : IDisposable
{
    private const string Emulator = "/usr/bin/qemu-aarch64-static";
    private const int Unable = 77;

    // One at a time on a machine. What a test that was killed has left is ours by its name.
    private const string Registered = """
        R=/proc/sys/fs/binfmt_misc
        test -e $R/register || mount -t binfmt_misc binfmt_misc $R || exit 77
        test -e $R/csbuild-tests && echo -1 > $R/csbuild-tests
        if ! grep -q aarch64 $R/* 2>/dev/null; then
            trap 'echo -1 > $R/csbuild-tests' EXIT
            trap 'exit 143' TERM INT HUP
            printf '%s' ':csbuild-tests:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' > $R/register || exit 77
        fi
        "$@"
        """;

    private const string Hidden = """
        mount -t tmpfs none /proc/sys/fs/binfmt_misc || exit 77
        exec "$@"
        """;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// A program for arm64, without a compiler for it: writes to /out for which machine it takes the one it runs on.
    /// </summary>
    private static byte[] Program()
    {
        uint[] code =
        [
            0xD10803FF, // sub sp, sp, #512     room for a struct utsname
            0x910003E0, // mov x0, sp
            0xD2801408, // mov x8, #160         uname(sp)
            0xD4000001, // svc #0
            0x92800C60, // mov x0, #-100        AT_FDCWD
            0x10000181, // adr x1, +48          the path behind the last instruction
            0xD2800822, // mov x2, #0x41        O_WRONLY | O_CREAT
            0xD2803483, // mov x3, #0644
            0xD2800708, // mov x8, #56          openat(...)
            0xD4000001, // svc #0               x0 is the descriptor
            0x910413E1, // add x1, sp, #260     utsname.machine, the fifth of fields of 65 bytes
            0xD28000E2, // mov x2, #7           "aarch64"
            0xD2800808, // mov x8, #64          write(...)
            0xD4000001, // svc #0
            0xD2800000, // mov x0, #0
            0xD2800BA8, // mov x8, #93          exit(0)
            0xD4000001, // svc #0
        ];
        const int head = 64 + 56;
        const ulong address = 0x400000;
        var file = new byte[head + (code.Length * 4) + 8];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file); // 64 bits, little-endian, version 1
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 2); // an executable
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 183); // for AArch64
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1); // version
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), address + head); // where it starts
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64); // where the program headers are
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(52), 64); // size of this header
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56); // of a program header
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 1); // of which there is one
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), 1); // to be loaded
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(68), 5); // readable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(80), address);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(88), address);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(96), (ulong)file.Length); // in the file
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(104), (ulong)file.Length); // in memory
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(112), 0x1000); // aligned to a page
        for (var i = 0; i < code.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(head + (i * 4)), code[i]);
        "/out"u8.CopyTo(file.AsSpan(head + (code.Length * 4)));
        return file;
    }

    [SkippableFact]
    public void An_image_for_another_machine_is_built_by_its_emulator_and_has_the_layers_of_any_other()
    {
        NeedsAnotherMachine();
        Needs.Program(Emulator);
        var before = Handlers();
        var ran = Build(Registered, "RUN [\"/program\"]", "--platform=linux/arm64", "-t", "arm:1");
        Skip.If(ran.Code == Unable, $"no emulator can be registered here: {ran.Text}");
        Assert.True(ran.Code == 0, ran.Text);
        Assert.Equal(before, Handlers());

        // what the step wrote, written here: the same image, byte for byte
        _directory.Write("context/out", "aarch64");
        var copied = Build("exec \"$@\"", "COPY --chmod=644 out /out", "--platform=linux/arm64", "-t", "arm:2");
        Assert.True(copied.Code == 0, copied.Text);
        var (one, two) = (Inspect("arm:1"), Inspect("arm:2"));
        Assert.Equal("arm64", one.Architecture);
        Assert.Equal(two, one);
    }

    [SkippableFact]
    public void Without_an_emulator_the_step_does_not_start_and_it_is_said_what_is_missing()
    {
        NeedsAnotherMachine();
        var ran = Build(Hidden, "RUN [\"/program\"]", "--platform=linux/arm64");
        Skip.If(ran.Code == Unable, $"the machine's emulators cannot be hidden here: {ran.Text}");
        Assert.Equal(ExitCode.Sandbox, ran.Code);
        Assert.Contains("programs for arm64 cannot run on this machine: the kernel knows no emulator for them", ran.Text);
        Assert.Contains("apt install qemu-user-static", ran.Text);
        Assert.DoesNotContain("xec format error", ran.Text);

        Assert.Equal(0, Build(Hidden, "ENV A=1", "--platform=linux/arm64").Code);
    }

    private static void NeedsAnotherMachine()
    {
        Needs.Root();
        Skip.If(RuntimeInformation.OSArchitecture == Architecture.Arm64, "needs a machine that is not arm64");
        Skip.IfNot(Directory.Exists("/proc/sys/fs/binfmt_misc"), "needs a kernel with binfmt_misc");
    }

    /// <summary>What the machine shows of its emulators.</summary>
    private static string[] Handlers() => [.. Directory.GetFileSystemEntries("/proc/sys/fs/binfmt_misc").Order(StringComparer.Ordinal)];

    private (string Architecture, string Layers) Inspect(string name)
    {
        var ran = ProgramRun.Of(Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli"), "inspect", name, "--root", _directory["store"]);
        Assert.True(ran.Code == 0, ran.Text);
        using var json = JsonDocument.Parse(ran.Text);
        return (json.RootElement[0].GetProperty("Architecture").GetString()!, json.RootElement[0].GetProperty("RootFS").GetRawText());
    }

    /// <summary>A build inside of a script that has mounts of its own.</summary>
    private ProgramRun Build(string script, string step, params string[] flags)
    {
        var unshare = Needs.Program("/usr/bin/unshare");
        var flock = Needs.Program("/usr/bin/flock");
        File.WriteAllBytes(_directory["program"], Program());
        _directory.Write("context/Dockerfile", "FROM scratch\nCOPY --chmod=755 program /program\n" + step + "\n");
        File.Copy(_directory["program"], _directory["context/program"], overwrite: true);
        string[] build = [Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli"), "build", "--progress=plain", "--network=none", "--build-arg", "SOURCE_DATE_EPOCH=0", "--root", _directory["store"]];
        string[] alone = [Path.Combine(Path.GetTempPath(), "csbuild-tests-binfmt.lock"), unshare, "--mount", "/bin/sh", "-c", script, "sh"];
        return ProgramRun.Of(flock, [.. alone, .. build, .. flags, _directory["context"]]);
    }
}
