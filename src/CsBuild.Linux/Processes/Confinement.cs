using System.Globalization;
using CsBuild.Linux.Seccomp;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>What a step may do, in the init's terms. SECURITY.md of the design, section 2.</summary>
internal sealed record Confinement
{
    private const ulong Unlimited = ulong.MaxValue;

    /// <summary>The capabilities that stay.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>The program for seccomp(2); empty: none.</summary>
    public required byte[] Filter { get; init; }

    /// <summary>False: nothing of /proc and /sys is covered or read-only, and every device can be opened.</summary>
    public required bool MasksPaths { get; init; }

    /// <summary>Limits of each process.</summary>
    public InitLimit[] Limits { get; init; } = [];

    public InitFlags Flags { get; init; }

    /// <summary>The confinement of one step; <paramref name="filters"/> holds what was compiled before.</summary>
    public static Confinement For(SandboxSpec spec, Filters filters) => (spec.Security switch
    {
        SandboxSecurity.Default => new Confinement { Capabilities = Seccomp.Capabilities.Default, Filter = filters.Default, MasksPaths = true },
        SandboxSecurity.Strict => new Confinement
        {
            Capabilities = Seccomp.Capabilities.Strict,
            Filter = filters.Strict,
            MasksPaths = true,
            Flags = InitFlags.NoNewPrivileges,
        },
        SandboxSecurity.Insecure => new Confinement
        {
            Capabilities = Seccomp.Capabilities.All,
            Filter = [],
            MasksPaths = false,
            Flags = InitFlags.WritableGroups,
        },
        _ => throw new SandboxException($"security `{spec.Security}` is not known"),
    }) with
    { Limits = ProcessLimits(spec.Limits) };

    // Huge numbers of open files make programs slow that close all; core files would become part of layers.
    private static InitLimit[] ProcessLimits(SandboxLimits asked)
    {
        var limits = new Dictionary<ProcessLimitKind, InitLimit>
        {
            [ProcessLimitKind.Core] = new() { Soft = 0, Flags = InitLimitFlags.KeepHard },
            [ProcessLimitKind.Nofile] = new() { Soft = 1024, Hard = 524288, Flags = InitLimitFlags.AsFarAsAllowed },
        };
        foreach (var limit in asked.Processes)
        {
            RefuseTooManyFiles(limit);
            limits[limit.Kind] = new InitLimit { Soft = limit.Soft ?? Unlimited, Hard = limit.Hard ?? Unlimited };
        }
        return [.. limits.OrderBy(limit => limit.Key).Select(limit => limit.Value with { Resource = (int)limit.Key })];
    }

    /// <summary>Whatever rights a process has.</summary>
    private static void RefuseTooManyFiles(ProcessLimit limit)
    {
        const string most = "/proc/sys/fs/nr_open";
        if (limit.Kind == ProcessLimitKind.Nofile && File.Exists(most) && ulong.TryParse(File.ReadAllText(most), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var files)
            && (limit.Hard ?? Unlimited) > files)
            throw new SandboxException(
                string.Create(CultureInfo.InvariantCulture, $"--ulimit nofile={(limit.Hard is { } hard ? $"{hard}" : "-1")} cannot be enforced here: this machine permits {files}"), "the sysctl fs.nr_open is the most");
    }
}

/// <summary>The system call filters, each compiled at its first use.</summary>
internal sealed class Filters
{
    private readonly Lazy<byte[]> _default = new(() => FilterProgram.Compile(Seccomp.Capabilities.Default, nativeOnly: false));
    private readonly Lazy<byte[]> _strict = new(() => FilterProgram.Compile(Seccomp.Capabilities.Strict, nativeOnly: true));

    public byte[] Default => _default.Value;

    public byte[] Strict => _strict.Value;
}
