using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Diffing;

/// <summary>The bytes of files on their way into a layer.</summary>
internal sealed class FileContents(LayerWriter writer)
{
    private const int SmallFile = 64 * 1024;
    private const int LargeBuffer = 1024 * 1024;
    private readonly byte[] _buffer = new byte[SmallFile];

    /// <summary>Adds an entry with its bytes.</summary>
    public void Add(LayerEntry entry, Fd directory, byte[] name)
    {
        using var file = Open(directory, name);
        if (entry.Size <= SmallFile)
        {
            var content = _buffer.AsSpan(0, (int)entry.Size);
            if (RandomAccess.Read(file, content, 0) != content.Length)
                throw new IOException($"`/{entry.Path}` has changed while it was read");
            writer.Add(entry, content, Sha256Hash.Of(content));
            return;
        }
        using var ahead = new ReadAheadStream(file, LargeBuffer);
        writer.Add(entry, ahead);
    }

    /// <summary>True where both directories have the same under a name, of which everything else is known to be equal.</summary>
    public static bool AreSame(Fd left, Fd right, byte[] name, LayerEntry entry)
    {
        if (entry.Type == EntryType.Symlink)
            return RootPath.ReadLink(right.Value, name) == entry.LinkTarget;
        if (entry.Type != EntryType.File)
            return true;
        using var one = Open(left, name);
        using var other = Open(right, name);
        var bytes = new byte[SmallFile];
        var others = new byte[SmallFile];
        for (long offset = 0; offset < entry.Size;)
        {
            var count = RandomAccess.Read(one, bytes, offset);
            if (count == 0 || RandomAccess.Read(other, others.AsSpan(0, count), offset) != count || !bytes.AsSpan(0, count).SequenceEqual(others.AsSpan(0, count)))
                return false;
            offset += count;
        }
        return true;
    }

    /// <summary>The hash of a file's bytes.</summary>
    public static Sha256Hash Hash(Fd directory, byte[] name)
    {
        using var stream = new FileStream(Open(directory, name), FileAccess.Read, bufferSize: 0);
        return Sha256Hash.Read(System.Security.Cryptography.SHA256.HashData(stream));
    }

    private static unsafe SafeFileHandle Open(Fd directory, byte[] name)
    {
        fixed (byte* pointer = name)
        {
            var file = Libc.openat(directory.Value, pointer, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
            return new SafeFileHandle(Libc.Check(file, "open", Libc.Show(name)), ownsHandle: true);
        }
    }
}
