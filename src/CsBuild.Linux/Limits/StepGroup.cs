using System.Globalization;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Limits;

/// <summary>
/// The control groups of one step: one directory in each hierarchy that has something to limit, below the builder's own
/// group. The step's first process walks in by itself. Where they are is written down before they are made, so that the
/// next build can remove those of a builder that was killed.
/// </summary>
internal sealed class StepGroup : IDisposable
{
    /// <summary>What the names of groups begin with.</summary>
    public const string Prefix = "csbuild-";

    private const string Record = "groups";

    private readonly Dictionary<string, string> _directories = new(StringComparer.Ordinal);
    private readonly List<Fd> _doors = [];
    private readonly string _name;
    private readonly RunFolder _folder;
    private readonly string? _parent;
    private string? _memory;

    private StepGroup(RunFolder folder, string? parent, string owner) =>
        (_folder, _parent, _name) = (folder, parent, $"{Prefix}{owner}-{Path.GetFileName(folder.Path)}");

    /// <summary>Who writes "0" to one of these is in the group.</summary>
    public IReadOnlyList<Fd> Doors => _doors;

    /// <summary>Where the group is, in the words of a runtime's config.</summary>
    public string? RuntimePath { get; private set; }

    /// <summary>True where the kernel ends one process for want of memory and leaves the others: version 1.</summary>
    public bool LeavesOthers => _memory is not null && File.Exists(Path.Combine(_memory, "memory.oom_control"));

    /// <summary>Makes the groups for <paramref name="limits"/>; null where there is nothing to limit, or nobody asked and it is not possible.</summary>
    /// <param name="machine">The hierarchies.</param>
    /// <param name="limits">What was asked for.</param>
    /// <param name="folder">The step's.</param>
    /// <param name="forRuntime">True: a runtime makes groups of this name in all other hierarchies, which are removed too.</param>
    /// <exception cref="SandboxException">A limit that was asked for cannot be enforced here.</exception>
    public static StepGroup? Create(ControlGroups machine, SandboxLimits limits, RunFolder folder, bool forRuntime = false)
    {
        var group = new StepGroup(folder, limits.CgroupParent, machine.Owner);
        try
        {
            foreach (var controller in GroupSettings.Controllers(limits))
                group.Limit(machine, controller, limits);
            group.OpenDoors();
            if (forRuntime)
                group.ClaimOthers(machine);
            return group._doors.Count > 0 || forRuntime ? group : null;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>What the kernel did for want of memory, once the step has ended; null where nothing.</summary>
    public OutOfMemory? ReadOutOfMemory(SandboxLimits limits)
    {
        if (_memory is null)
            return null;
        var events = TryRead("memory.events") ?? TryRead("memory.oom_control") ?? "";
        var kills = events.Split('\n').Select(line => line.Split(' ')).FirstOrDefault(words => words is ["oom_kill", _]);
        if (kills is null || kills[1] == "0")
            return null;
        var peak = TryRead("memory.peak") ?? TryRead("memory.max_usage_in_bytes");
        return new OutOfMemory(limits.Memory, long.TryParse(peak, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null);
    }

    /// <summary>Removes the groups of a run folder whose builder is gone.</summary>
    public static void Sweep(string runFolder)
    {
        var record = Path.Combine(runFolder, Record);
        if (!File.Exists(record))
            return;
        foreach (var directory in File.ReadAllLines(record).Where(line => Path.GetFileName(line).StartsWith(Prefix, StringComparison.Ordinal)))
            GroupDirectory.Remove(directory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _doors.ForEach(door => door.Dispose());
        foreach (var directory in _directories.Values)
            GroupDirectory.Remove(directory);
    }

    private void Limit(ControlGroups machine, string controller, SandboxLimits limits)
    {
        var hierarchy = machine.With(controller);
        foreach (var setting in GroupSettings.For(limits, hierarchy?.IsUnified ?? false).Where(setting => setting.Controller == controller))
        {
            try
            {
                if (hierarchy is null)
                    throw new DirectoryNotFoundException($"this machine has no control group for {controller}");
                Write(DirectoryIn(machine, hierarchy, controller), setting);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (setting.Flag is not null || limits.CgroupParent is not null)
                    throw new SandboxException($"{setting.Flag ?? "--cgroup-parent"} cannot be enforced here: {e.Message}", Hint(setting, hierarchy), e);
            }
        }
    }

    private string Hint(GroupSetting setting, Hierarchy? hierarchy)
    {
        if (_parent is not null && hierarchy is not null && _directories.Count == 0)
            return "--cgroup-parent is the path of a group that is there, from the top of the hierarchy, for example /ci";
        var there = setting.Controller == "cpuset" && hierarchy is not null && setting.Value.Length > 0
            ? Array.Find([hierarchy.Own + "/" + setting.File + ".effective", hierarchy.Own + "/" + setting.File.Replace("cpuset.", "cpuset.effective_", StringComparison.Ordinal)], File.Exists)
            : null;
        return there is null ? "steps without this limit work" : $"here there are {File.ReadAllText(there).Trim()}";
    }

    private void Write(string directory, GroupSetting setting)
    {
        var value = setting.Value.Length > 0 ? setting.Value : File.ReadAllText(Path.Combine(Path.GetDirectoryName(directory)!, setting.File)).Trim();
        using var file = Libc.Open(Path.Combine(directory, setting.File), Libc.O_WRONLY);
        Libc.WriteAll(file, System.Text.Encoding.ASCII.GetBytes(value));
        if (setting.Controller == "memory")
            _memory = directory;
    }

    private string DirectoryIn(ControlGroups machine, Hierarchy hierarchy, string controller)
    {
        if (_directories.TryGetValue(hierarchy.MountPoint, out var made))
        {
            if (hierarchy.IsUnified)
                GroupDirectory.Enable(Path.GetDirectoryName(made)!, controller);
            return made;
        }
        var parent = _parent is null ? GroupDirectory.NearestOwn(hierarchy, controller) : GroupDirectory.Asked(_parent, hierarchy, controller);
        if (machine.TryBeginSweep(parent))
            GroupOwner.Sweep(parent, machine.Owner, Prefix, GroupDirectory.Remove);
        var directory = Path.Combine(parent, _name);
        WriteDown(_folder, directory);
        GroupDirectory.Make(directory);
        _directories.Add(hierarchy.MountPoint, directory);
        return directory;
    }

    /// <summary>Says where groups will be, for the next build.</summary>
    public static void WriteDown(RunFolder folder, params IEnumerable<string> directories) => File.AppendAllLines(Path.Combine(folder.Path, Record), directories);

    /// <summary>A runtime knows one path, relative to its own groups or from the top; in each hierarchy it enters the group there.</summary>
    private void ClaimOthers(ControlGroups machine)
    {
        RuntimePath = machine is { AreUnified: true, Unified: { } unified }
            ? (_directories.TryGetValue(unified.MountPoint, out var made) ? made : Path.Combine(unified.Own, _name))[unified.MountPoint.Length..]
            : _parent is null ? _name : Path.Combine(_parent, _name);
        foreach (var hierarchy in machine.Hierarchies.Where(hierarchy => !_directories.ContainsKey(hierarchy.MountPoint)))
        {
            var directory = Path.Combine(_parent is null ? hierarchy.Own : hierarchy.MountPoint + _parent.TrimEnd('/'), _name);
            WriteDown(_folder, directory);
            _directories.Add(hierarchy.MountPoint, directory);
        }
    }

    private void OpenDoors()
    {
        foreach (var directory in _directories.Values)
        {
            var tasks = Path.Combine(directory, "tasks");
            _doors.Add(Libc.Open(File.Exists(tasks) ? tasks : Path.Combine(directory, "cgroup.procs"), Libc.O_WRONLY));
        }
    }

    private string? TryRead(string file)
    {
        var path = Path.Combine(_memory!, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
