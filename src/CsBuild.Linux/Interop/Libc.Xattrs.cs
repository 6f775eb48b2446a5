using System.Runtime.InteropServices;
using System.Text;

namespace CsBuild.Linux.Interop;

// xattr(7). Only the calls that take a descriptor or an own path: /proc/self/fd/N names a file without a second lookup,
// and the l-variants on /proc/self/fd/DIR/NAME do the same for a link or a special file in an open directory.
internal static unsafe partial class Libc
{
    private const int MaxXattrList = 65536;
    private const int MaxXattrValue = 65536;

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint llistxattr(byte* path, byte* list, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint lgetxattr(byte* path, byte* name, byte* value, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int lsetxattr(byte* path, byte* name, byte* value, nuint size, int flags);

    /// <summary>The names of a file's attributes; <paramref name="path"/> ends with a zero and is not followed.</summary>
    public static IReadOnlyList<string> XattrNames(ReadOnlySpan<byte> path)
    {
        var buffer = stackalloc byte[1024];
        fixed (byte* pointer = path)
        {
            var length = llistxattr(pointer, buffer, 1024);
            if (length == 0)
                return [];
            if (length > 0)
                return Split(new ReadOnlySpan<byte>(buffer, (int)length));
            if (LastErrno == Errno.EOPNOTSUPP)
                return [];
            if (LastErrno != Errno.ERANGE)
                throw new LinuxException("llistxattr", Show(path), LastErrno);
            var large = new byte[MaxXattrList];
            fixed (byte* more = large)
            {
                length = llistxattr(pointer, more, MaxXattrList);
                return length >= 0 ? Split(large.AsSpan(0, (int)length)) : throw new LinuxException("llistxattr", Show(path), LastErrno);
            }
        }
    }

    /// <summary>The value of an attribute, or null where there is none.</summary>
    public static byte[]? Xattr(ReadOnlySpan<byte> path, string name)
    {
        var buffer = stackalloc byte[512];
        fixed (byte* pointer = path)
        fixed (byte* key = Name(name))
        {
            var length = lgetxattr(pointer, key, buffer, 512);
            if (length >= 0)
                return new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
            if (LastErrno is Errno.ENODATA or Errno.EOPNOTSUPP)
                return null;
            if (LastErrno != Errno.ERANGE)
                throw new LinuxException("lgetxattr", Show(path), LastErrno);
            var large = new byte[MaxXattrValue];
            fixed (byte* more = large)
            {
                length = lgetxattr(pointer, key, more, MaxXattrValue);
                return length >= 0 ? large[..(int)length] : throw new LinuxException("lgetxattr", Show(path), LastErrno);
            }
        }
    }

    /// <summary>Sets an attribute; 0, or the error number.</summary>
    public static int TrySetXattr(ReadOnlySpan<byte> path, string name, ReadOnlySpan<byte> value)
    {
        byte nothing = 0;
        fixed (byte* pointer = path)
        fixed (byte* key = Name(name))
        fixed (byte* bytes = value)
            return lsetxattr(pointer, key, value.IsEmpty ? &nothing : bytes, (nuint)value.Length, 0) == 0 ? 0 : LastErrno;
    }

    private static List<string> Split(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        while (!list.IsEmpty)
        {
            var end = list.IndexOf((byte)0);
            names.Add(Encoding.UTF8.GetString(list[..end]));
            list = list[(end + 1)..];
        }
        return names;
    }
}
