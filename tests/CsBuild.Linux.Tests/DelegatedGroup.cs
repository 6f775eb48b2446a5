using CsBuild.Linux.Limits;

namespace CsBuild.Linux.Tests;

/// <summary>
/// A control group that belongs to a user, in each hierarchy, as a service manager delegates one: cgroups(7). A process
/// that is started by <see cref="Enter"/> is in a group below it, because in version 2 one with processes cannot have others.
/// </summary>
public sealed class DelegatedGroup : IDisposable
{
    /// <summary>The variable that names the group to the process in it.</summary>
    public const string Variable = "CSBUILD_TEST_GROUP";

    private const string Leaf = "/run";
    private readonly List<string> _directories = [];

    /// <summary>Makes one for a user of this name; what the machine does not have is left out.</summary>
    public DelegatedGroup(string user)
    {
        foreach (var hierarchy in ControlGroups.OfMachine().Hierarchies.Where(hierarchy => hierarchy.Controllers.Intersect(ParentGroup.Controllers).Any()))
        {
            foreach (var directory in (string[])[hierarchy.MountPoint + Path, hierarchy.MountPoint + Path + Leaf])
            {
                ParentGroup.Make(directory, hierarchy);
                _directories.Add(directory);
                using var chown = System.Diagnostics.Process.Start("/bin/chown", [user, directory, .. Handed.Select(file => directory + file).Where(File.Exists)]);
                chown.WaitForExit();
            }
        }
    }

    /// <summary>The group of this process's user, or nothing.</summary>
    public static string Own => Environment.GetEnvironmentVariable(Variable) ?? "";

    /// <summary>From the top of each hierarchy.</summary>
    public string Path { get; } = "/csbuild-ordinary-" + System.IO.Path.GetRandomFileName();

    /// <summary>A line for a shell.</summary>
    public string Enter => string.Join("; ", _directories.Where(directory => directory.EndsWith(Leaf, StringComparison.Ordinal)).Select(directory => $"echo $$ > {directory}/cgroup.procs"));

    // what a delegated group's owner writes to, in both versions
    private static string[] Handed => ["/cgroup.procs", "/tasks", "/cgroup.subtree_control", "/cgroup.threads"];

    public void Dispose()
    {
        foreach (var directory in Enumerable.Reverse(_directories))
            Directory.Delete(directory);
    }
}
