using System.Globalization;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Chroots;

/// <summary>Processes that a step leaves, where no pid namespace ends them: they become children of this process, which has no others.</summary>
internal static unsafe class Orphans
{
    private const int NoHang = 1;

    /// <summary>From now on the children of children that end are ours (PR_SET_CHILD_SUBREAPER).</summary>
    public static void Adopt() => Libc.Check(Libc.prctl(36, 1, 0, 0, 0), "prctl");

    /// <summary>Ends all processes below this one, and those that they make meanwhile.</summary>
    public static void End()
    {
        while (true)
        {
            var below = Below();
            foreach (var pid in below)
                _ = Libc.kill(pid, Libc.SIGKILL);
            int status;
            while (Libc.waitpid(-1, &status, NoHang) > 0)
            {
            }
            if (below.Count == 0)
                return;
            Thread.Sleep(1);
        }
    }

    private static List<int> Below()
    {
        var parents = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Parent(directory) is { } parent)
                parents[pid] = parent;
        }
        var own = Environment.ProcessId;
        return [.. parents.Keys.Where(pid => Descends(parents, pid, own))];
    }

    private static bool Descends(Dictionary<int, int> parents, int pid, int ancestor)
    {
        for (var depth = 0; depth < parents.Count && parents.TryGetValue(pid, out var parent); depth++)
        {
            if (parent == ancestor)
                return true;
            pid = parent;
        }
        return false;
    }

    /// <summary>The fourth field of proc_pid_stat(5); the second may hold anything up to the last bracket.</summary>
    private static int? Parent(string directory)
    {
        try
        {
            var text = File.ReadAllText(directory + "/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ') is [_, var parent, ..] ? int.Parse(parent, NumberStyles.None, CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended
        }
    }
}
