using CsBuild.Linux.Limits;

namespace CsBuild.Linux.Tests;

/// <summary>A control group of one test, in each hierarchy: what steps leave behind is seen in it.</summary>
public sealed class ParentGroup : IDisposable
{
    private readonly List<string> _directories = [];

    public ParentGroup()
    {
        Path = "/csbuild-test-" + System.IO.Path.GetRandomFileName();
        foreach (var controller in (string[])["pids", "memory", "cpu", "cpuset"])
            if (ControlGroups.OfMachine().With(controller) is { } hierarchy && !_directories.Contains(hierarchy.MountPoint + Path))
                Make(hierarchy.MountPoint, controller);
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

    private void Make(string mountPoint, string controller)
    {
        var directory = mountPoint + Path;
        Directory.CreateDirectory(directory);
        _directories.Add(directory);
        if (controller == "cpuset" && File.Exists(directory + "/tasks"))
            foreach (var file in (string[])["/cpuset.cpus", "/cpuset.mems"])
                File.WriteAllText(directory + file, File.ReadAllText(mountPoint + file));
    }
}
