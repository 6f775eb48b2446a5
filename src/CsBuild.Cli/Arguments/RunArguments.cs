using System.Globalization;
using CsBuild.Cli.Outside;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Arguments;

/// <summary>Understands the flags about RUN steps.</summary>
internal static class RunArguments
{
    /// <summary>The flags that limit steps, without their dashes; --resource takes the same names.</summary>
    public static readonly IReadOnlyList<string> LimitNames =
    [
        "memory", "memory-swap", "cpus", "cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems", "pids-limit", "shm-size", "cgroup-parent",
    ];

    private const long Period = 100000;

    public static RunOptions Read(RunFlags flags, Surroundings around) => new()
    {
        Security = Security(flags.Security),
        Limits = Limits(flags),
        Volumes = [.. flags.Volumes.Select(volume => Volume(volume, around))],
        ShellOnFailure = ShellOnFailure(flags.OnFailure) && around is { InputIsTerminal: true, OutputIsTerminal: true } && System.Environment.IsPrivilegedProcess,
    };

    /// <summary>What --on-failure asks for.</summary>
    public static bool ShellOnFailure(string? text) => text switch
    {
        null or "stop" => false,
        "shell" => true,
        _ => throw new UsageException($"invalid value `{text}` of --on-failure", "shell or stop"),
    };

    private static SandboxSecurity Security(string? text) => text switch
    {
        null or "default" => SandboxSecurity.Default,
        "strict" => SandboxSecurity.Strict,
        "insecure" or "unconfined" => SandboxSecurity.Insecure,
        _ => throw new UsageException($"invalid value `{text}` of --security", "default, strict or insecure"),
    };

    private static SandboxLimits Limits(RunFlags flags)
    {
        if (flags.Limits.Count == 0 && flags.Resources.Count == 0 && flags.Ulimits.Count == 0)
            return new SandboxLimits();
        var given = new Dictionary<string, string>(flags.Limits, StringComparer.Ordinal);
        foreach (var (name, value) in flags.Resources.SelectMany(CsvFields.Pairs))
            given[LimitNames.Contains(name, StringComparer.Ordinal) ? name : throw new UsageException($"unknown resource `{name}` of --resource", $"one of {string.Join(", ", LimitNames)}")] = value;
        string? Text(string name) => given.GetValueOrDefault(name);
        long? Bytes(string name) => Text(name) is { } text ? ByteCount.Parse(name, text) : null;
        long? Number(string name, long least, long most) => Text(name) is { } text ? Whole(name, text, least, most) : null;

        var memory = Bytes("memory") is > 0 and var bytes ? bytes : (long?)null;
        var both = Text("memory-swap") is "-1" ? -1 : Bytes("memory-swap");
        CheckMemory(memory, both);
        var cpus = Text("cpus") is { } written ? Cpus(written) : (long?)null;
        if (cpus is not null && (Text("cpu-quota") ?? Text("cpu-period")) is not null)
            throw new UsageException("--cpus cannot be used with --cpu-quota or --cpu-period");
        return new SandboxLimits
        {
            Memory = memory,
            MemorySwap = both,
            CpuShares = Number("cpu-shares", 2, 262144),
            CpuPeriod = cpus is null ? Number("cpu-period", 1000, 1000000) : Period,
            CpuQuota = cpus ?? Number("cpu-quota", 1000, long.MaxValue),
            CpusetCpus = Numbers("cpuset-cpus", Text("cpuset-cpus")),
            CpusetMems = Numbers("cpuset-mems", Text("cpuset-mems")),
            Pids = Number("pids-limit", -1, int.MaxValue) is var pids and not 0 ? pids : throw new UsageException("--pids-limit must not be 0", "-1 is no limit"),
            // 0 is the usual size, as in Docker: for a file system in memory it is no limit at all
            SharedMemory = Bytes("shm-size") is > 0 and var size ? size : null,
            CgroupParent = Text("cgroup-parent"),
            Processes = [.. flags.Ulimits.Select(Ulimit)],
        };
    }

    private static void CheckMemory(long? memory, long? both)
    {
        if (memory < SandboxLimits.LeastMemory)
            throw new UsageException("the value of --memory is too small", "at least 6m");
        if (both is not null && memory is null)
            throw new UsageException("--memory-swap needs --memory", "it is memory and swap together");
        if (both is >= 0 && both < memory)
            throw new UsageException("the value of --memory-swap is less than that of --memory", "it is memory and swap together; -1: any amount of swap");
    }

    /// <summary>Numbers and ranges of them: <c>0-3,6</c>.</summary>
    private static string? Numbers(string name, string? text) =>
        text is null || text.Split(',').All(part => part.Split('-') is { Length: 1 or 2 } ends && ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            ? text
            : throw new UsageException($"invalid value `{text}` of --{name}", "numbers and ranges of them, for example 0-3,6");

    private static long Cpus(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) && cpus is >= 0.01m and <= 100000
            ? (long)(cpus * Period)
            : throw new UsageException($"invalid value `{text}` of --cpus", "for example 1.5");

    private static long Whole(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"invalid value `{text}` of --{name}", most is int.MaxValue or long.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"a number{(least < 0 ? "; -1 is no limit" : $" of at least {least}")}")
                : string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    /// <summary><c>name=soft[:hard]</c>; -1 is no limit.</summary>
    private static ProcessLimit Ulimit(string text)
    {
        if (text.Split('=', 2) is not [var name, var values] || !name.All(char.IsAsciiLetter) || !Enum.TryParse<ProcessLimitKind>(name, ignoreCase: true, out var kind))
            throw new UsageException($"invalid value `{text}` of --ulimit", $"for example nofile=1024:4096; there are {string.Join(", ", Enum.GetNames<ProcessLimitKind>()).ToLowerInvariant()}");
        var parts = values.Split(':', 2);
        var soft = Value(parts[0]);
        var hard = parts.Length > 1 ? Value(parts[1]) : soft;
        return soft is null && hard is not null || soft > hard
            ? throw new UsageException($"the soft limit of `{text}` is above the hard one")
            : new ProcessLimit(kind, soft, hard);

        ulong? Value(string part) => part is "-1" ? null
            : ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new UsageException($"invalid value `{text}` of --ulimit", "numbers, or -1 for no limit");
    }

    /// <summary><c>SOURCE:TARGET[:ro|rw]</c>, read-only unless it says otherwise.</summary>
    private static HostVolume Volume(string text, Surroundings around)
    {
        var (source, target, mode) = text.Split(':') switch
        {
            [var from, var to] => (from, to, "ro"),
            [var from, var to, var how] => (from, to, how),
            _ => throw new UsageException($"invalid value `{text}` of --volume", "SOURCE:TARGET[:ro|rw]"),
        };
        if (mode is not ("ro" or "rw"))
            throw new UsageException($"invalid option `{mode}` of --volume", "ro or rw");
        if (!target.StartsWith('/') || target == "/" || source.Length == 0)
            throw new UsageException($"invalid value `{text}` of --volume", "TARGET is an absolute path in the steps");
        var full = around.Absolute(source);
        return Path.Exists(full) ? new HostVolume(full, target, mode == "ro") : throw new UsageException($"`{full}` of --volume is not there");
    }
}
