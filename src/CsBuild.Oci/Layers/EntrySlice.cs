using CsBuild.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Layers;

/// <summary>The bytes of one entry of a plain tar that lies in an open file.</summary>
public static class EntrySlice
{
    /// <summary>A forward stream over the file's bytes, holes as zeros. It shares its position with nobody and does not own the file.</summary>
    public static Stream Open(SafeFileHandle tar, LayerEntry entry) =>
        entry.Pieces is null ? new FileSlice(tar, entry.Offset, entry.Size) : new SparseSlice(tar, entry);

    private sealed class SparseSlice(SafeFileHandle tar, LayerEntry entry) : ReadOnlyStream
    {
        private int _piece;
        private long _position;
        private long _stored = entry.Offset;

        public override int Read(Span<byte> buffer)
        {
            var (offset, length) = _piece < entry.Pieces!.Count ? entry.Pieces[_piece] : new FilePiece(entry.Size, 0);
            var isHole = _position < offset;
            var count = (int)Math.Min(buffer.Length, isHole ? offset - _position : offset + length - _position);
            if (isHole)
                buffer[..count].Clear();
            else if (count > 0)
                _stored += count = RandomAccess.Read(tar, buffer[..count], _stored);
            _position += count;
            if (!isHole && _position == offset + length)
                _piece++;
            return count;
        }
    }
}
