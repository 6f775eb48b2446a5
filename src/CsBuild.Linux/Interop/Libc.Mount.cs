using System.Runtime.InteropServices;
using System.Text;

namespace CsBuild.Linux.Interop;

// mount(2), umount2(2), and the descriptor-based interface: fsopen(2), fsmount(2), open_tree(2), move_mount(2),
// mount_setattr(2). The latter needs Linux 5.12.
internal static unsafe partial class Libc
{
    public const uint MS_REC = 0x4000;
    public const uint MS_PRIVATE = 0x40000;
    public const int MNT_DETACH = 2;

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string? source, string target, string? type, nuint flags, string? options);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int umount2(string target, int flags);

    /// <summary>Begins to configure a file system.</summary>
    public static Fd FsOpen(string type)
    {
        fixed (byte* name = Name(type))
            return new Fd(Check(syscall(SyscallNumbers.Fsopen, (nint)name, 1, 0, 0, 0, 0), "fsopen", type));
    }

    /// <summary>Sets an option; a null value sets a flag. False where the kernel does not know or refuses it.</summary>
    public static bool TryFsSet(Fd context, string key, string? value)
    {
        fixed (byte* name = Name(key))
        fixed (byte* text = value is null ? null : Name(value))
            return syscall(SyscallNumbers.Fsconfig, context.Value, value is null ? 0 : 1, (nint)name, (nint)text, 0, 0) == 0;
    }

    public static void FsSet(Fd context, string key, string? value)
    {
        if (!TryFsSet(context, key, value))
            throw FsError(context, $"{key}={value}");
    }

    /// <summary>Makes the file system and a mount of it that is attached nowhere yet.</summary>
    public static Fd FsMount(Fd context, MountAttributes attributes, string type)
    {
        if (syscall(SyscallNumbers.Fsconfig, context.Value, 6, 0, 0, 0, 0) < 0)
            throw FsError(context, type);
        return new Fd(Check(syscall(SyscallNumbers.Fsmount, context.Value, 1, (nint)attributes, 0, 0, 0), "fsmount", type));
    }

    /// <summary>A new mount of what is at <paramref name="name"/>, attached nowhere yet; of the descriptor for an empty name.</summary>
    public static Fd OpenTree(int directory, string name, bool recursive = false)
    {
        fixed (byte* pointer = Name(name))
        {
            var flags = 1 | O_CLOEXEC | AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | (recursive ? AT_RECURSIVE : 0);
            return new Fd(Check(syscall(SyscallNumbers.OpenTree, directory, (nint)pointer, flags, 0, 0, 0), "open_tree", name));
        }
    }

    public static void SetAttributes(Fd mount, MountAttributes attributes, bool recursive = false)
    {
        var argument = stackalloc ulong[4] { (ulong)attributes, 0, 0, 0 };
        byte nothing = 0;
        var flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
        Check(syscall(SyscallNumbers.MountSetattr, mount.Value, (nint)(&nothing), flags, (nint)argument, 32, 0), "mount_setattr");
    }

    /// <summary>Attaches a mount on top of what <paramref name="target"/> is open on.</summary>
    public static void MoveMount(Fd mount, Fd target, string subject)
    {
        byte nothing = 0;
        Check(syscall(SyscallNumbers.MoveMount, mount.Value, (nint)(&nothing), target.Value, (nint)(&nothing), 0x44, 0), "move_mount", subject);
    }

    /// <summary>The kernel's own words, which it leaves in the context, where it has some.</summary>
    private static LinuxException FsError(Fd context, string subject)
    {
        var errno = LastErrno;
        var buffer = stackalloc byte[512];
        var length = (int)read(context.Value, buffer, 512);
        var text = length > 2 ? Encoding.UTF8.GetString(buffer + 2, length - 2).Trim() : "";
        return new LinuxException("fsconfig", text.Length == 0 ? subject : $"{subject}` ({text}) `", errno);
    }
}

/// <summary>What a mount forbids (<c>MOUNT_ATTR_*</c>).</summary>
[Flags]
internal enum MountAttributes : uint
{
    None = 0,
    ReadOnly = 1,
    NoSuid = 2,
    NoDevices = 4,
    NoExec = 8,
    StrictAccessTimes = 0x20,
}
