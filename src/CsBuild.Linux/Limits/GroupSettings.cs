using System.Globalization;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Limits;

/// <summary>A file of a control group and what is written to it.</summary>
/// <param name="Controller">Whose file.</param>
/// <param name="File">Its name.</param>
/// <param name="Value">The text.</param>
/// <param name="Flag">What the user asked for; null: nobody asked, and it may be missing.</param>
internal sealed record GroupSetting(string Controller, string File, string Value, string? Flag);

/// <summary>Limits in the words of both versions of control groups.</summary>
internal static class GroupSettings
{
    private const long DefaultPids = 4096;
    private const long DefaultPeriod = 100000;

    // the step's first process is not the step's own
    private const long Reaper = 1;

    /// <summary>The controllers that these limits need, each once.</summary>
    public static IEnumerable<string> Controllers(SandboxLimits limits) => Version1(limits).Select(setting => setting.Controller).Distinct(StringComparer.Ordinal);

    /// <summary>What is to be written, in order.</summary>
    /// <exception cref="SandboxException">The limits make no sense.</exception>
    public static IEnumerable<GroupSetting> For(SandboxLimits limits, bool unified)
    {
        if (limits.Memory < SandboxLimits.LeastMemory)
            throw new SandboxException($"the memory limit of {limits.Memory} bytes is too small", "at least 6m");
        if (limits.MemorySwap is not null && limits.Memory is null)
            throw new SandboxException("a limit of memory and swap needs one of memory", "give --memory too");
        if (limits.MemorySwap is >= 0 && limits.MemorySwap < limits.Memory)
            throw new SandboxException("the limit of memory and swap together is less than that of memory", "give both more than --memory, or -1 for any amount of swap");
        return unified ? Version2(limits) : Version1(limits);
    }

    private static IEnumerable<GroupSetting> Version1(SandboxLimits limits)
    {
        if (limits.Pids is not < 0)
            yield return Pids(limits);
        if (limits.Memory is { } memory)
        {
            yield return new("memory", "memory.limit_in_bytes", Text(memory), "--memory");
            yield return new("memory", "memory.memsw.limit_in_bytes", Text(limits.MemorySwap ?? memory * 2), limits.MemorySwap is null ? null : "--memory-swap");
        }
        if (limits.CpuShares is { } shares)
            yield return new("cpu", "cpu.shares", Text(shares), "--cpu-shares");
        if (limits.CpuPeriod is { } period)
            yield return new("cpu", "cpu.cfs_period_us", Text(period), "--cpu-period");
        if (limits.CpuQuota is { } quota)
            yield return new("cpu", "cpu.cfs_quota_us", Text(quota), "--cpu-quota");
        if (limits.CpusetCpus is not null || limits.CpusetMems is not null)
        {
            // both must be set in this version; an empty value stands for the parent's
            yield return new("cpuset", "cpuset.cpus", limits.CpusetCpus ?? "", "--cpuset-cpus");
            yield return new("cpuset", "cpuset.mems", limits.CpusetMems ?? "", "--cpuset-mems");
        }
    }

    private static IEnumerable<GroupSetting> Version2(SandboxLimits limits)
    {
        if (limits.Pids is not < 0)
            yield return Pids(limits);
        if (limits.Memory is { } memory)
        {
            yield return new("memory", "memory.max", Text(memory), "--memory");
            var swap = limits.MemorySwap switch { null => Text(memory), < 0 => "max", { } both => Text(both - memory) };
            yield return new("memory", "memory.swap.max", swap, limits.MemorySwap is null ? null : "--memory-swap");
            yield return new("memory", "memory.oom.group", "1", null);
        }
        if (limits.CpuShares is { } shares)
            yield return new("cpu", "cpu.weight", Text(1 + ((shares - 2) * 9999 / 262142)), "--cpu-shares");
        if (limits.CpuQuota is not null || limits.CpuPeriod is not null)
            yield return new("cpu", "cpu.max", $"{(limits.CpuQuota is { } quota ? Text(quota) : "max")} {Text(limits.CpuPeriod ?? DefaultPeriod)}", "--cpu-quota");
        if (limits.CpusetCpus is { } cpus)
            yield return new("cpuset", "cpuset.cpus", cpus, "--cpuset-cpus");
        if (limits.CpusetMems is { } mems)
            yield return new("cpuset", "cpuset.mems", mems, "--cpuset-mems");
    }

    private static GroupSetting Pids(SandboxLimits limits) =>
        new("pids", "pids.max", Text((limits.Pids ?? DefaultPids) + Reaper), limits.Pids is null ? null : "--pids-limit");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
