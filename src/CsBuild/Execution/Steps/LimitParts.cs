using System.Globalization;
using CsBuild.Caching;
using CsBuild.Sandboxing;

namespace CsBuild.Execution.Steps;

/// <summary>What of a step's limits is part of its key; nothing where they are as they are without any.</summary>
internal static class LimitParts
{
    private const long UsualSharedMemory = 64 << 20;

    public static void AddTo(KeyParts parts, SandboxLimits limits)
    {
        if (limits.SharedMemory is { } size && size != UsualSharedMemory)
            parts.Add("shm-size", size.ToString(CultureInfo.InvariantCulture));
        if (limits.CgroupParent is { } parent)
            parts.Add("cgroup-parent", parent);
        if (limits.Processes.Count == 0)
            return;
        // Given twice, the last one counts; in which order does not.
        foreach (var limit in limits.Processes.GroupBy(l => l.Kind).OrderBy(g => g.Key).Select(g => g.Last()))
            parts.Add($"ulimit {limit.Kind.ToString().ToLowerInvariant()}", $"{Number(limit.Soft)}:{Number(limit.Hard)}");
    }

    private static string Number(ulong? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
}
