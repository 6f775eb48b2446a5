using System.Runtime.InteropServices;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Interop;

// Names are bytes that end with a zero: text cannot hold every name that a file can have.
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int O_DIRECTORY => Arm ? 0x4000 : 0x10000;

    public static int O_NOFOLLOW => Arm ? 0x8000 : 0x20000;

    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int RENAME_NOREPLACE = 1;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int openat(int directory, byte* name, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mkdirat(int directory, byte* name, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unlinkat(int directory, byte* name, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int symlinkat(byte* target, int directory, byte* name);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int linkat(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint readlinkat(int directory, byte* name, byte* buffer, nint size);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int statx(int directory, byte* name, int flags, uint mask, Statx* buffer);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchownat(int directory, byte* name, uint uid, uint gid, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchmod(int fd, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchmodat(int directory, byte* name, uint mode, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int utimensat(int directory, byte* name, TimeSpec* times, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ftruncate(int fd, long length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial long lseek(int fd, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int flock(int fd, int operation);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int syncfs(int fd);

    [LibraryImport(Library)]
    public static partial uint umask(uint mask);

    public static int mknodat(int directory, byte* name, uint mode, uint device) =>
        (int)syscall(SyscallNumbers.Mknodat, directory, (nint)name, (nint)mode, (nint)device, 0, 0);

    public static int getdents64(int fd, byte* buffer, int size) =>
        (int)syscall(SyscallNumbers.Getdents64, fd, (nint)buffer, size, 0, 0, 0);

    public static int renameat2(int fromDirectory, byte* from, int toDirectory, byte* to, int flags) =>
        (int)syscall(SyscallNumbers.Renameat2, fromDirectory, (nint)from, toDirectory, (nint)to, flags, 0);

    /// <summary>The kernel's number for a device (the form that <c>mknod</c> takes).</summary>
    public static uint MakeDevice(uint major, uint minor) => (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffu) << 12);

    /// <summary>Writes all of it, however many calls that takes.</summary>
    public static void WriteAll(Fd file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = write(file.Value, pointer + done, bytes.Length - done);
                if (count < 0 && LastErrno != Errno.EINTR)
                    throw new LinuxException("write", null, LastErrno);
                done += Math.Max(count, 0);
            }
        }
    }

    /// <summary>Goes back to the start, of a directory's list too.</summary>
    public static void Rewind(Fd file) => Check((int)lseek(file.Value, 0, 0), "lseek");

    /// <summary>Leaves a hole of so many bytes before what is written next.</summary>
    public static void Skip(Fd file, long count)
    {
        if (count > 0 && lseek(file.Value, count, 1) < 0)
            throw new LinuxException("lseek", null, LastErrno);
    }

    /// <summary>Another descriptor of the same file with a number of at least <paramref name="lowest"/>.</summary>
    public static Fd Duplicate(Fd file, int lowest) => Duplicate(file.Value, lowest);

    /// <summary>As the other, of a descriptor that belongs to nobody here (0, 1, 2).</summary>
    public static Fd Duplicate(int file, int lowest) => new(Check(fcntl(file, 1030, lowest), "fcntl"));

    /// <summary>Text as a name: its bytes and a zero.</summary>
    public static byte[] Name(ReadOnlySpan<char> text)
    {
        var bytes = PathBytes.Encode(text);
        Array.Resize(ref bytes, bytes.Length + 1);
        return bytes;
    }

    public static Fd Open(int directory, byte[] name, int flags, uint mode = 0)
    {
        fixed (byte* pointer = name)
            return new Fd(Check(openat(directory, pointer, flags | O_CLOEXEC, mode), "open", Show(name)));
    }

    public static Fd Open(string path, int flags, uint mode = 0) => Open(AT_FDCWD, Name(path), flags, mode);

    /// <summary>Of a name in a directory without following a link, or of the descriptor itself for an empty name.</summary>
    public static Statx Stat(int directory, ReadOnlySpan<byte> name, string? subject = null) =>
        TryStat(directory, name) ?? throw new LinuxException("stat", subject ?? Show(name), LastErrno);

    /// <summary>As the other; null where there is nothing of that name.</summary>
    public static Statx? TryStat(int directory, ReadOnlySpan<byte> name)
    {
        Statx result;
        byte nothing = 0;
        fixed (byte* pointer = name)
        {
            if (statx(directory, name.IsEmpty ? &nothing : pointer, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, Statx.Basic, &result) == 0)
                return result;
        }
        return LastErrno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException("stat", Show(name), LastErrno);
    }

    public static Statx Stat(Fd fd) => Stat(fd.Value, []);

    /// <summary>Sets the time of last change (and of access) without following a link; of the descriptor for a null name.</summary>
    public static void SetTime(int directory, byte* name, UnixTime time)
    {
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec(time.Seconds, time.Nanoseconds);
        Check(utimensat(directory, name, times, name is null ? 0 : AT_SYMLINK_NOFOLLOW), "utimensat");
    }

    /// <summary>A name for messages.</summary>
    public static string Show(ReadOnlySpan<byte> name) => PathBytes.Decode(name.TrimEnd((byte)0));
}

/// <summary><c>struct timespec</c> of 64-bit systems.</summary>
internal readonly record struct TimeSpec(long Seconds, long Nanoseconds);
