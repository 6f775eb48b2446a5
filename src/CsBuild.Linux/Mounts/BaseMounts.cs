using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// What every step has besides its own files: /dev, /sys, /etc/hosts, /etc/resolv.conf. /proc belongs to the step's
/// first process, which alone is in the new pid namespace; only its place is made here.
/// </summary>
internal sealed unsafe class BaseMounts(Fd root, Stubs stubs)
{
    private const MountAttributes Plain = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec;

    private static readonly (string Name, uint Major, uint Minor)[] Devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Name, string Target)[] Links =
    [
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
    ];

    private static readonly string[] MaskedSys = ["firmware", "devices/virtual/powercap", "fs/selinux"];

    /// <summary>Makes and mounts all of it.</summary>
    public void Mount()
    {
        Place("proc").Dispose();
        MountDevices();
        MountSystem();
    }

    /// <summary>A set-up path must be a real directory: through a link the mount could land anywhere in the root.</summary>
    private Fd Place(string name)
    {
        var bytes = Libc.Name(name);
        if (Libc.TryStat(root.Value, bytes) is not { } there)
            stubs.Make(root, bytes, directory: true);
        else if (!there.IsDirectory)
            throw new SandboxException($"`/{name}` of the image is not a directory, so the step's own cannot be put there");
        return Libc.Open(root.Value, bytes, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
    }

    private void MountDevices()
    {
        using var place = Place("dev");
        using var dev = New("tmpfs", MountAttributes.NoSuid | MountAttributes.StrictAccessTimes, ("mode", "755"), ("size", "64m"));
        Libc.MoveMount(dev, place, "/dev");
        foreach (var (name, major, minor) in Devices)
            MakeDevice(dev, name, major, minor);
        foreach (var (name, target) in Links)
            fixed (byte* text = Libc.Name(target))
            fixed (byte* pointer = Libc.Name(name))
                Libc.Check(Libc.symlinkat(text, dev.Value, pointer), "symlink", name);
        const MountAttributes noPrograms = MountAttributes.NoSuid | MountAttributes.NoExec;
        Below(dev, "pts", () => ProcessRights.Current.KnowsGid(5)
            ? New("devpts", noPrograms, ("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620"), ("gid", "5"))
            : New("devpts", noPrograms, ("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620")));
        Below(dev, "shm", () => New("tmpfs", Plain, ("mode", "1777"), ("size", "64m")));
        Below(dev, "mqueue", () => New("mqueue", Plain));
    }

    /// <summary>Below the machine's root nobody may make devices: there the machine's own are bound.</summary>
    private static void MakeDevice(Fd dev, string name, uint major, uint minor)
    {
        var bytes = Libc.Name(name);
        if (ProcessRights.Current.IsInitialNamespace)
        {
            fixed (byte* pointer = bytes)
                Libc.Check(Libc.mknodat(dev.Value, pointer, FileType.CharacterDevice | 0x1B6, Libc.MakeDevice(major, minor)), "mknod", name);
            return;
        }
        RootPath.Make(dev, bytes, directory: false);
        using var place = Libc.Open(dev.Value, bytes, Libc.O_PATH | Libc.O_NOFOLLOW);
        using var device = Libc.OpenTree(Libc.AT_FDCWD, "/dev/" + name);
        if (Libc.Stat(device) is not { Type: FileType.CharacterDevice } there || there.RdevMajor != major || there.RdevMinor != minor)
            throw new SandboxException($"`/dev/{name}` of this machine is not the device of that name");
        Libc.MoveMount(device, place, name);
    }

    private static void Below(Fd parent, string name, Func<Fd> make)
    {
        var bytes = Libc.Name(name);
        RootPath.Make(parent, bytes, directory: true);
        using var place = Libc.Open(parent.Value, bytes, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        using var mount = make();
        Libc.MoveMount(mount, place, name);
    }

    private void MountSystem()
    {
        using var place = Place("sys");
        using var sys = OpenSystem();
        Libc.MoveMount(sys, place, "/sys");
        if (RootPath.Find(sys, "fs/cgroup") is { } groups)
        {
            using (groups)
            using (var cgroup = TryNew("cgroup2", Plain | MountAttributes.ReadOnly))
                if (cgroup is not null)
                    Libc.MoveMount(cgroup, groups, "/sys/fs/cgroup");
        }
        foreach (var path in MaskedSys.Concat(ThermalThrottle(sys)))
            Mask(sys, path);
    }

    /// <summary>A sysfs shows the network's devices: without a network of one's own none can be mounted, only the machine's be shown.</summary>
    private static Fd OpenSystem()
    {
        const MountAttributes attributes = Plain | MountAttributes.ReadOnly;
        if (TryNew("sysfs", attributes) is { } own)
            return own;
        var bound = Libc.OpenTree(Libc.AT_FDCWD, "/sys", recursive: true);
        Libc.SetAttributes(bound, attributes, recursive: true);
        return bound;
    }

    private static IEnumerable<string> ThermalThrottle(Fd sys)
    {
        using var cpus = RootPath.Find(sys, "devices/system/cpu");
        if (cpus is null)
            return [];
        using var listed = Libc.Open(cpus.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        return [.. DirectoryListing.Read(listed).Select(name => Libc.Show(name)).Where(name => name.StartsWith("cpu", StringComparison.Ordinal))
            .Select(name => $"devices/system/cpu/{name}/thermal_throttle")];
    }

    private static void Mask(Fd sys, string path)
    {
        using var target = RootPath.Find(sys, path);
        if (target is null)
            return;
        using var cover = New("tmpfs", Plain | MountAttributes.ReadOnly);
        Libc.MoveMount(cover, target, path);
    }

    /// <summary>A new file system with options; a null value is a flag.</summary>
    internal static Fd New(string type, MountAttributes attributes, params ReadOnlySpan<(string Key, string? Value)> options)
    {
        using var context = Libc.FsOpen(type);
        foreach (var (key, value) in options)
            Libc.FsSet(context, key, value);
        return Libc.FsMount(context, attributes, type);
    }

    private static Fd? TryNew(string type, MountAttributes attributes)
    {
        try
        {
            return New(type, attributes);
        }
        catch (LinuxException)
        {
            return null; // no second hierarchy on this machine: the directory of sysfs stays, which is empty
        }
    }
}
