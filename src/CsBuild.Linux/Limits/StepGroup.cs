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
    private const string Prefix = "csbuild-";
    private const string Record = "groups";
    private const int Attempts = 100;

    private readonly Dictionary<string, string> _directories = new(StringComparer.Ordinal);
    private readonly List<Fd> _doors = [];
    private readonly string _name;
    private readonly RunFolder _folder;
    private readonly string? _parent;
    private string? _memory;

    private StepGroup(RunFolder folder, string? parent) => (_folder, _parent, _name) = (folder, parent, Prefix + Path.GetFileName(folder.Path));

    /// <summary>Who writes "0" to one of these is in the group.</summary>
    public IReadOnlyList<Fd> Doors => _doors;

    /// <summary>Makes the groups for <paramref name="limits"/>; null where there is nothing to limit, or nobody asked and it is not possible.</summary>
    /// <exception cref="SandboxException">A limit that was asked for cannot be enforced here.</exception>
    public static StepGroup? Create(ControlGroups machine, SandboxLimits limits, RunFolder folder)
    {
        var group = new StepGroup(folder, limits.CgroupParent);
        try
        {
            foreach (var controller in GroupSettings.Controllers(limits))
                group.Limit(machine.With(controller), controller, limits);
            group.OpenDoors();
            return group._doors.Count > 0 ? group : null;
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
            Remove(directory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _doors.ForEach(door => door.Dispose());
        foreach (var directory in _directories.Values)
            Remove(directory);
    }

    private void Limit(Hierarchy? hierarchy, string controller, SandboxLimits limits)
    {
        foreach (var setting in GroupSettings.For(limits, hierarchy?.IsUnified ?? false).Where(setting => setting.Controller == controller))
        {
            try
            {
                if (hierarchy is null)
                    throw new DirectoryNotFoundException($"this machine has no control group for {controller}");
                Write(DirectoryIn(hierarchy, controller), setting);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (setting.Flag is not null || limits.CgroupParent is not null)
                    throw new SandboxException($"{setting.Flag ?? "--cgroup-parent"} cannot be enforced here: {e.Message}", "steps without this limit work", e);
            }
        }
    }

    private void Write(string directory, GroupSetting setting)
    {
        var value = setting.Value.Length > 0 ? setting.Value : File.ReadAllText(Path.Combine(Path.GetDirectoryName(directory)!, setting.File)).Trim();
        using var file = Libc.Open(Path.Combine(directory, setting.File), Libc.O_WRONLY);
        Libc.WriteAll(file, System.Text.Encoding.ASCII.GetBytes(value));
        if (setting.Controller == "memory")
            _memory = directory;
    }

    private string DirectoryIn(Hierarchy hierarchy, string controller)
    {
        if (_directories.TryGetValue(hierarchy.MountPoint, out var made))
        {
            if (hierarchy.IsUnified)
                Enable(Path.GetDirectoryName(made)!, controller);
            return made;
        }
        var parent = Parent(hierarchy, controller);
        var directory = Path.Combine(parent, _name);
        File.AppendAllText(Path.Combine(_folder.Path, Record), directory + "\n");
        MakeDirectory(directory);
        _directories.Add(hierarchy.MountPoint, directory);
        return directory;
    }

    /// <summary>
    /// In version 2 a group with processes of its own cannot pass a controller on: then it is the nearest one above
    /// that can.
    /// </summary>
    private string Parent(Hierarchy hierarchy, string controller)
    {
        if (_parent is not null)
        {
            if (!_parent.StartsWith('/') || _parent.Split('/').Contains(".."))
                throw new IOException($"`{_parent}` is no path of a control group");
            var asked = hierarchy.MountPoint + _parent.TrimEnd('/');
            if (!Directory.Exists(asked))
                throw new DirectoryNotFoundException($"the control group `{asked}` is not there");
            if (hierarchy.IsUnified)
                Enable(asked, controller);
            return asked;
        }
        if (!hierarchy.IsUnified)
            return hierarchy.Own;
        for (var directory = hierarchy.Own; ; directory = Path.GetDirectoryName(directory)!)
        {
            try
            {
                Enable(directory, controller);
                return directory;
            }
            catch (IOException) when (directory.Length > hierarchy.MountPoint.Length)
            {
                // one further up
            }
        }
    }

    private static void Enable(string directory, string controller)
    {
        var file = Path.Combine(directory, "cgroup.subtree_control");
        if (File.ReadAllText(file).Split([' ', '\n']).Contains(controller, StringComparer.Ordinal))
            return;
        using var control = Libc.Open(file, Libc.O_WRONLY);
        Libc.WriteAll(control, System.Text.Encoding.ASCII.GetBytes("+" + controller));
    }

    private void OpenDoors()
    {
        foreach (var directory in _directories.Values)
        {
            var tasks = Path.Combine(directory, "tasks");
            _doors.Add(Libc.Open(File.Exists(tasks) ? tasks : Path.Combine(directory, "cgroup.procs"), Libc.O_WRONLY));
        }
    }

    private static unsafe void MakeDirectory(string path)
    {
        fixed (byte* name = Libc.Name(path))
            Libc.Check(Libc.mkdirat(Libc.AT_FDCWD, name, 0x1ED), "mkdir", path);
    }

    /// <summary>What has just ended may still be counted for a moment.</summary>
    private static unsafe void Remove(string directory)
    {
        fixed (byte* name = Libc.Name(directory))
        {
            for (var i = 0; i < Attempts && Libc.unlinkat(Libc.AT_FDCWD, name, Libc.AT_REMOVEDIR) != 0 && Libc.LastErrno == Errno.EBUSY; i++)
                Thread.Sleep(10);
        }
    }

    private string? TryRead(string file)
    {
        var path = Path.Combine(_memory!, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
