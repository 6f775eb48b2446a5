using System.Globalization;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Limits;

/// <summary>
/// The builder that a control group belongs to, as part of the group's name. A builder that is killed leaves its groups,
/// and a store that is deleted afterwards forgets where they are: then the name says whose they were. Process numbers mean
/// something in one pid namespace only, so that is named too, and a number is used again, so the start time is.
/// </summary>
internal static class GroupOwner
{
    private const int StartTimeField = 22;

    /// <summary>
    /// This process: <c>NAMESPACE-PID-START</c>. A deputy is told its builder's: it has a pid namespace of its own, whose
    /// numbers are not those of /proc, and dies with the builder.
    /// </summary>
    public static readonly string Current = string.Create(
        CultureInfo.InvariantCulture, $"{Namespace()}-{Environment.ProcessId}-{StartOf(Environment.ProcessId)}");

    /// <summary>Removes the groups in a directory whose builders are gone.</summary>
    /// <param name="directory">Where groups are made.</param>
    /// <param name="owner">Whoever asks, as in <see cref="Current"/>.</param>
    /// <param name="prefix">What the names of ours begin with.</param>
    /// <param name="remove">Removes one that is empty.</param>
    public static void Sweep(string directory, string owner, string prefix, Action<string> remove)
    {
        foreach (var group in Directory.GetDirectories(directory, prefix + "*"))
        {
            if (Path.GetFileName(group)[prefix.Length..].Split('-') is not [var space, var number, var start, _]
                || space != owner.Split('-')[0] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || StartOf(pid) == start)
                continue;
            End(group);
            remove(group);
        }
    }

    /// <summary>Steps die with their builder; what is in the group all the same has lost it.</summary>
    private static void End(string group)
    {
        try
        {
            foreach (var line in File.ReadAllLines(Path.Combine(group, "cgroup.procs")))
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1)
                    _ = Libc.kill(pid, Libc.SIGKILL);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // somebody else was faster, or it is somebody else's
        }
    }

    private static string Namespace() => new FileInfo("/proc/self/ns/pid").LinkTarget is { } link ? link[(link.IndexOf('[') + 1)..^1] : "0";

    /// <summary>When a process was started, in the kernel's ticks; null where there is none.</summary>
    private static string? StartOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            // the second field may hold anything up to the last bracket
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[StartTimeField - 3];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
