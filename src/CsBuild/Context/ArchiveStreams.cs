using Microsoft.Win32.SafeHandles;

namespace CsBuild.Context;

/// <summary>Reads a stream and keeps a copy of all that was read.</summary>
internal sealed class SpoolingStream(Stream inner, Stream copy) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        copy.Write(buffer[..read]);
        return read;
    }
}

/// <summary>A part of an open file; many can be read at the same time.</summary>
internal sealed class FileSlice(SafeFileHandle file, long offset, long length) : ForwardStream
{
    private long _done;

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - _done)], offset + _done);
        _done += read;
        return read;
    }
}
