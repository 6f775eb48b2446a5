using System.Buffers.Binary;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>The names in a directory, as the kernel gives them.</summary>
internal static unsafe class DirectoryListing
{
    private const int BufferSize = 32 * 1024;

    /// <summary>All names but <c>.</c> and <c>..</c>, each ending with a zero, in byte order.</summary>
    public static List<byte[]> Read(Fd directory)
    {
        var names = new List<byte[]>();
        var buffer = stackalloc byte[BufferSize];
        int length;
        while ((length = Libc.Check(Libc.getdents64(directory.Value, buffer, BufferSize), "getdents64")) > 0)
        {
            // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name with its zero
            for (var at = 0; at < length;)
            {
                var record = new ReadOnlySpan<byte>(buffer + at, length - at);
                var size = BinaryPrimitives.ReadUInt16LittleEndian(record[16..]);
                var name = record[19..size];
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                    names.Add(name.ToArray());
                at += size;
            }
        }
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }
}
