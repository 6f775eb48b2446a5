using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// The nodes in a step's /dev. A step may make nodes (packages do), but none can be opened: everything it can write to
/// is mounted without devices, /dev too. The few that work are mounts of their own, of nodes in a place that the step
/// cannot reach. So nothing depends on a control group for devices.
/// </summary>
internal sealed unsafe class Devices(Fd dev)
{
    private static readonly (string Name, uint Major, uint Minor)[] Always =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Name, uint Major, uint Minor)[] Unconfined = [("fuse", 10, 229), ("loop-control", 10, 237), ("kmsg", 1, 11)];

    private static readonly (string Name, string Target)[] Links =
    [
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
    ];

    /// <summary>
    /// Mounts each: a node below <paramref name="place"/>, a directory of the builder, or one of the machine's. The null
    /// device is in that directory afterwards too, as <see cref="NullName"/>.
    /// </summary>
    public void Attach(string place)
    {
        using var hidden = ProcessRights.Current.IsInitialNamespace ? Hidden(place) : null;
        foreach (var (name, major, minor) in Always)
        {
            if (hidden is not null)
                MakeNode(hidden, name, major, minor);
            using var mount = hidden is not null ? Libc.OpenTree(hidden.Value, name) : OfMachine(name, major, minor);
            var bytes = Libc.Name(name);
            RootPath.Make(dev, bytes, directory: false);
            using var target = Libc.Open(dev.Value, bytes, Libc.O_PATH | Libc.O_NOFOLLOW);
            Libc.MoveMount(mount, target, name);
        }
        if (hidden is null)
            ShowNull(place);
    }

    /// <summary>What a step's first process covers files with, out of the step's reach.</summary>
    public const string NullName = "null";

    /// <summary>Makes the nodes themselves, and those that a step without confinement is given as well. Needs the machine's root.</summary>
    public void MakeAll()
    {
        foreach (var (name, major, minor) in Always.Concat(Unconfined))
            MakeNode(dev, name, major, minor);
        for (uint i = 0; i < 8; i++)
            MakeNode(dev, $"loop{i}", 7, i, FileType.BlockDevice);
    }

    /// <summary>Makes the links to a process's own descriptors.</summary>
    public void Link()
    {
        foreach (var (name, target) in Links)
            fixed (byte* text = Libc.Name(target))
            fixed (byte* pointer = Libc.Name(name))
                Libc.Check(Libc.symlinkat(text, dev.Value, pointer), "symlink", name);
    }

    private static void ShowNull(string place)
    {
        using var directory = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY);
        RootPath.Make(directory, Libc.Name(NullName), directory: false);
        using var target = Libc.Open(directory.Value, Libc.Name(NullName), Libc.O_PATH | Libc.O_NOFOLLOW);
        var (name, major, minor) = Always[0];
        using var mount = OfMachine(name, major, minor);
        Libc.MoveMount(mount, target, NullName);
    }

    private static Fd Hidden(string place)
    {
        var hidden = BaseMounts.New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoExec, ("mode", "700"));
        using var target = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY);
        Libc.MoveMount(hidden, target, place);
        return hidden;
    }

    /// <summary>Below the machine's root nobody may make devices: there the machine's own are bound.</summary>
    private static Fd OfMachine(string name, uint major, uint minor)
    {
        var device = Libc.OpenTree(Libc.AT_FDCWD, "/dev/" + name);
        if (Libc.Stat(device) is { Type: FileType.CharacterDevice } there && there.RdevMajor == major && there.RdevMinor == minor)
            return device;
        device.Dispose();
        throw new SandboxException($"`/dev/{name}` of this machine is not the device of that name");
    }

    private static void MakeNode(Fd directory, string name, uint major, uint minor, int type = FileType.CharacterDevice)
    {
        fixed (byte* pointer = Libc.Name(name))
            Libc.Check(Libc.mknodat(directory.Value, pointer, (uint)type | 0x1B6, Libc.MakeDevice(major, minor)), "mknod", name);
    }
}
