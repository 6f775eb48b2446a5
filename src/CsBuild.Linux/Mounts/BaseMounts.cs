using System.Globalization;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// What every step has besides its own files: /dev and /sys. /proc belongs to the step's first process, which alone is
/// in the new pid namespace; only its place is made here.
/// </summary>
internal sealed class BaseMounts(Fd root, Stubs stubs, MountStage stage)
{
    private const MountAttributes Plain = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec;

    private static readonly string[] MaskedSys = ["firmware", "devices/virtual/powercap", "fs/selinux"];

    /// <summary>Makes and mounts all of it, and says on what of it a step can have nothing mounted.</summary>
    /// <param name="devices">An empty directory of the builder's: see <see cref="Devices.Attach"/>.</param>
    /// <param name="confined">False: every device can be opened, and nothing of /sys is covered or read-only.</param>
    /// <param name="sharedMemory">Bytes of /dev/shm; null for the default.</param>
    public IReadOnlyList<Statx> Mount(string devices, bool confined, long? sharedMemory)
    {
        var processes = ReservePlaceOfProcesses();
        Statx dev;
        using (var place = Place("dev"))
            dev = MountDevices(place, devices, confined, sharedMemory);
        using (var place = Place("sys"))
            MountSystem(place, confined);
        return [processes, dev];
    }

    /// <summary>Makes room for the /proc that comes. Call it when all that the step asks for is mounted.</summary>
    public void ReleasePlaceOfProcesses()
    {
        using var cover = Place("proc");
        Libc.Check(Libc.umount2(cover.ProcPath, Libc.MNT_DETACH), "umount", "/proc");
    }

    /// <summary>What was mounted there or below would be covered, and never seen: nothing can be made in a read-only directory.</summary>
    private Statx ReservePlaceOfProcesses()
    {
        using var place = Place("proc");
        using var cover = stage.Memory.EmptyDirectory();
        Libc.MoveMount(cover, place, "/proc");
        return Libc.Stat(cover);
    }

    /// <summary>A set-up path must be a real directory: through a link the mount could land anywhere in the root.</summary>
    private Fd Place(string name)
    {
        var bytes = Libc.Name(name);
        if (Libc.TryStat(root.Value, bytes) is not { } there)
            stubs.Make(root, bytes, directory: true);
        else if (!there.IsDirectory)
            throw new SandboxException($"`/{name}` of the image is not a directory, so the step's own cannot be put there", "a base image has a directory there, or nothing") { IsOfTheStep = true };
        return Libc.Open(root.Value, bytes, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
    }

    private static Statx MountDevices(Fd place, string hidden, bool confined, long? sharedMemory)
    {
        var attributes = MountAttributes.NoSuid | MountAttributes.StrictAccessTimes | (confined ? MountAttributes.NoDevices : 0);
        using var dev = New("tmpfs", attributes, ("mode", "755"), ("size", "64m"));
        Libc.MoveMount(dev, place, "/dev");
        var devices = new Devices(dev);
        if (confined || !ProcessRights.Current.IsInitialNamespace)
            devices.Attach(hidden);
        else
            devices.MakeAll();
        devices.Link();
        const MountAttributes noPrograms = MountAttributes.NoSuid | MountAttributes.NoExec;
        Below(dev, "pts", () => ProcessRights.Current.KnowsGid(5)
            ? New("devpts", noPrograms, ("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620"), ("gid", "5"))
            : New("devpts", noPrograms, ("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620")));
        var size = (sharedMemory is > 0 and var asked ? asked : 64 << 20).ToString(CultureInfo.InvariantCulture);
        Below(dev, "shm", () => New("tmpfs", Plain, ("mode", "1777"), ("size", size)));
        Below(dev, "mqueue", () => New("mqueue", Plain));
        return Libc.Stat(dev);
    }

    private static void Below(Fd parent, string name, Func<Fd> make)
    {
        var bytes = Libc.Name(name);
        RootPath.Make(parent, bytes, directory: true);
        using var place = Libc.Open(parent.Value, bytes, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        using var mount = make();
        Libc.MoveMount(mount, place, name);
    }

    private void MountSystem(Fd place, bool confined)
    {
        using var sys = OpenSystem(Plain | (confined ? MountAttributes.ReadOnly : 0));
        Libc.MoveMount(sys, place, "/sys");
        HideGroups(sys);
        if (!confined)
            return;
        foreach (var path in MaskedSys.Concat(ThermalThrottle(sys)))
            Mask(sys, path);
    }

    /// <summary>A sysfs shows the network's devices: without a network of one's own none can be mounted, only the machine's be shown.</summary>
    private static Fd OpenSystem(MountAttributes attributes)
    {
        if (TryNew("sysfs", attributes) is { } own)
            return own;
        var bound = Libc.OpenTree(Libc.AT_FDCWD, "/sys", recursive: true);
        Libc.SetAttributes(bound, attributes, recursive: true);
        return bound;
    }

    /// <summary>The machine's view of control groups is not the step's, whose own is mounted on it where there is one.</summary>
    private void HideGroups(Fd sys)
    {
        using var groups = RootPath.Find(sys, "fs/cgroup");
        if (groups is null)
            return;
        using var listed = Libc.Open(groups.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        if (DirectoryListing.Read(listed).Count > 0)
            Mask(sys, "fs/cgroup");
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

    private void Mask(Fd sys, string path)
    {
        using var target = RootPath.Find(sys, path);
        if (target is null)
            return;
        using var cover = stage.Memory.EmptyDirectory();
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
            return null;
        }
    }
}
