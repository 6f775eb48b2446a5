using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>A part of an open file, as a forward stream. Does not own the file, and shares its position with nobody.</summary>
/// <param name="file">Stays open.</param>
/// <param name="offset">Where the part starts, in bytes.</param>
/// <param name="length">How long it is, in bytes; a file that ends before gives less.</param>
public sealed class FileSlice(SafeFileHandle file, long offset, long length) : ReadOnlyStream
{
    private long _position;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        var read = wanted == 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], offset + _position);
        _position += read;
        return read;
    }
}
