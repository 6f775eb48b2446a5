using System.Buffers.Binary;
using System.Security.Cryptography;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>Puts values into a hash so that no two lists of values give the same bytes. Buffered: the hash is asked rarely.</summary>
internal sealed class DigestInput(IncrementalHash hash)
{
    private const int LargestPiece = 64;
    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _used;

    public void Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);
        _used += sizeof(long);
    }

    public void Text(ReadOnlySpan<char> text)
    {
        // Most names are ASCII and go straight into the buffer.
        if (text.Length <= LargestPiece && System.Text.Ascii.IsValid(text))
        {
            Number(text.Length);
            System.Text.Ascii.FromUtf16(text, Room(LargestPiece), out var written);
            _used += written;
            return;
        }
        Bytes(PathBytes.Encode(text));
    }

    public void Entry(LayerEntry entry, Sha256Hash content)
    {
        Number((long)entry.Type);
        Number(entry.Mode);
        Number(((long)entry.Uid << 32) | entry.Gid);
        Number(entry.Size);
        Number(((long)entry.DeviceMajor << 32) | entry.DeviceMinor);
        Text(entry.Type == EntryType.Symlink ? entry.LinkTarget : "");
        content.Write(Room(Sha256Hash.Size));
        _used += Sha256Hash.Size;
        foreach (var (name, value) in entry.Xattrs)
        {
            if (!Counts(name))
                continue;
            Text(name);
            Bytes(value);
        }
        Number(-1);
    }

    public void Flush()
    {
        hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }

    private Span<byte> Room(int size)
    {
        if (_buffer.Length - _used < size)
            Flush();
        return _buffer.AsSpan(_used);
    }

    private void Bytes(byte[] bytes)
    {
        Number(bytes.Length);
        Flush();
        hash.AppendData(bytes);
    }

    private static bool Counts(string xattr) =>
        xattr == "security.capability" || !(xattr.StartsWith("security.", StringComparison.Ordinal) || xattr.StartsWith("system.", StringComparison.Ordinal));
}
