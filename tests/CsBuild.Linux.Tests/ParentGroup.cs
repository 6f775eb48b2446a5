using CsBuild.Linux.Limits;

namespace CsBuild.Linux.Tests;

/// <summary>A control group of one test, in each hierarchy: what steps leave behind is seen in it.</summary>
public sealed class ParentGroup : IDisposable
{
    /// <summary>What is limited.</summary>
    internal static readonly string[] Controllers = ["pids", "memory", "cpu", "cpuset"];

    private readonly List<string> _directories = [];

    public ParentGroup()
    {
        Path = DelegatedGroup.Own + "/csbuild-test-" + System.IO.Path.GetRandomFileName();
        foreach (var controller in Controllers)
        {
            if (ControlGroups.OfMachine().With(controller) is not { } hierarchy || _directories.Contains(hierarchy.MountPoint + Path))
                continue;
            Make(hierarchy.MountPoint + Path, hierarchy);
            _directories.Add(hierarchy.MountPoint + Path);
        }
    }

    /// <summary>For <c>--cgroup-parent</c>.</summary>
    public string Path { get; }

    /// <summary>The groups that are in it.</summary>
    public string[] Left => [.. _directories.SelectMany(Directory.GetDirectories)];

    public void Dispose()
    {
        _directories.ForEach(Directory.Delete);
        // runtimes make it in the other hierarchies too
        foreach (var directory in ControlGroups.OfMachine().Hierarchies.Select(hierarchy => hierarchy.MountPoint + Path).Where(Directory.Exists))
            Directory.Delete(directory);
    }

    /// <summary>Makes a group that others can be made in: a new one of processors and memory nodes has none of either in version 1.</summary>
    internal static void Make(string directory, Hierarchy hierarchy)
    {
        var parent = System.IO.Path.GetDirectoryName(directory)!;
        if (hierarchy.IsUnified)
            File.WriteAllText(parent + "/cgroup.subtree_control", string.Join(' ', hierarchy.Controllers.Intersect(Controllers).Select(controller => "+" + controller)));
        Directory.CreateDirectory(directory);
        if (!hierarchy.IsUnified && hierarchy.Controllers.Contains("cpuset"))
            foreach (var file in (string[])["/cpuset.cpus", "/cpuset.mems"])
                File.WriteAllText(directory + file, File.ReadAllText(parent + file));
    }
}
