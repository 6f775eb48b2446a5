using System.Collections.Concurrent;

namespace CsBuild.Linux.Limits;

/// <summary>A hierarchy of control groups: cgroups(7).</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Own">The directory of the builder's own group in it.</param>
/// <param name="IsUnified">True for version 2.</param>
/// <param name="Controllers">What it can limit.</param>
internal sealed record Hierarchy(string MountPoint, string Own, bool IsUnified, IReadOnlyList<string> Controllers);

/// <summary>
/// The hierarchies of this machine. A controller is in one of version 1 or in the one of version 2, never in both;
/// many machines have both kinds side by side.
/// </summary>
internal sealed class ControlGroups(IReadOnlyList<Hierarchy> hierarchies)
{
    private readonly ConcurrentDictionary<string, bool> _swept = new(StringComparer.Ordinal);

    /// <summary>Whose groups are made: see <see cref="GroupOwner"/>.</summary>
    public string Owner { get; init; } = GroupOwner.Current;

    /// <summary>Each is listed once.</summary>
    public IReadOnlyList<Hierarchy> Hierarchies => hierarchies;

    /// <summary>That of version 2, or null.</summary>
    public Hierarchy? Unified => hierarchies.FirstOrDefault(h => h.IsUnified);

    /// <summary>True where version 2 is all there is.</summary>
    public bool AreUnified => hierarchies is [{ IsUnified: true }];

    /// <summary>True once for each directory.</summary>
    public bool TryBeginSweep(string directory) => _swept.TryAdd(directory, true);

    /// <summary>Those that this process sees.</summary>
    public static ControlGroups OfMachine() => OfMachine(GroupOwner.Current);

    /// <summary>As the other, for a builder.</summary>
    public static ControlGroups OfMachine(string owner) => Read(Text("/proc/self/cgroup"), Text("/proc/self/mountinfo"), Text, owner);

    /// <summary>Reads the two tables; <paramref name="text"/> reads one more file.</summary>
    internal static ControlGroups Read(string own, string mounts, Func<string, string> text, string? owner = null)
    {
        // ID:controllers:path, with the ID 0 and no controllers for version 2
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(own))
            if (line.Split(':', 3) is [_, var controllers, var path])
                foreach (var controller in controllers.Split(','))
                    paths[controller] = path;
        var found = new List<Hierarchy>();
        foreach (var mount in Lines(mounts).Select(line => line.Split(' ')))
        {
            var dash = Array.IndexOf(mount, "-");
            if (dash < 6 || dash + 3 >= mount.Length || mount[dash + 1] is not ("cgroup" or "cgroup2") || found.Any(h => h.MountPoint == mount[4]))
                continue;
            var unified = mount[dash + 1] == "cgroup2";
            var names = unified ? [""] : mount[dash + 3].Split(',').Where(paths.ContainsKey).ToArray();
            if (names.Length == 0 || !paths.TryGetValue(names[0], out var path) || Below(mount[4], mount[3], path) is not { } directory)
                continue;
            var controllers = unified ? text(mount[4] + "/cgroup.controllers").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : names;
            found.Add(new Hierarchy(mount[4], directory, unified, controllers));
        }
        return new ControlGroups(found) { Owner = owner ?? GroupOwner.Current };
    }

    /// <summary>The hierarchy that has a controller, or null.</summary>
    public Hierarchy? With(string controller) => hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller, StringComparer.Ordinal));

    /// <summary>A path of the hierarchy as a directory, where what is mounted shows it.</summary>
    private static string? Below(string mountPoint, string root, string path)
    {
        if (path.Contains("/..", StringComparison.Ordinal))
            return null;
        var prefix = root.TrimEnd('/');
        var rest = path == prefix ? "" : path.StartsWith(prefix + "/", StringComparison.Ordinal) ? path[prefix.Length..] : null;
        return rest is null ? null : (mountPoint + rest).TrimEnd('/');
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path); // the kernel's own
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
