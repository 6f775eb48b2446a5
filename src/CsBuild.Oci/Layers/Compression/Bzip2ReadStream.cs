using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Decompresses bzip2 streams, one after the other: programs that compress on several threads write many, and the
/// library stops after the first.
/// </summary>
internal sealed class Bzip2ReadStream(Stream source) : OneWayStream(reads: true)
{
    // The library takes arrays only.
    private readonly byte[] _array = GC.AllocateUninitializedArray<byte>(1 << 16);
    private readonly ByteSource _bytes = new(source);
    private BZip2InputStream? _bzip2;
    private bool _isAtEnd;

    public override int Read(Span<byte> buffer)
    {
        var count = Read(_array, 0, Math.Min(buffer.Length, _array.Length));
        _array.AsSpan(0, count).CopyTo(buffer);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        try
        {
            while (count > 0 && !_isAtEnd)
            {
                _bzip2 ??= new BZip2InputStream(_bytes) { IsStreamOwner = false };
                if (_bzip2.Read(buffer, offset, count) is var read and > 0)
                    return read;
                _bzip2 = null;
                _isAtEnd = _bytes.IsAtEnd;
            }
            return 0;
        }
        // It knows damage by looking, by indexing outside of its tables, and by the end.
        catch (Exception e) when (e is SharpZipBaseException or IndexOutOfRangeException or EndOfStreamException or OverflowException or NullReferenceException)
        {
            throw new InvalidDataException($"bzip2: the data cannot be read: {e.Message}", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Single bytes without a call of the source for each, and a look at whether there are more.</summary>
    private sealed class ByteSource(Stream source) : OneWayStream(reads: true)
    {
        private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 16);
        private int _start;
        private int _end;

        public bool IsAtEnd
        {
            get
            {
                if (_start == _end)
                    (_start, _end) = (0, source.Read(_buffer));
                return _end == 0;
            }
        }

        public override int ReadByte() => IsAtEnd ? -1 : _buffer[_start++];

        public override int Read(Span<byte> buffer)
        {
            if (IsAtEnd)
                return 0;
            var count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }
    }
}
