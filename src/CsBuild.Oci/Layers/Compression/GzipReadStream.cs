using System.IO.Compression;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Decompresses gzip members, and sees where they are cut off. The framework's stream takes the end of its input for
/// the end of the data; so the input is given one more member, a mark, and the data is whole only if that comes out.
/// </summary>
internal sealed class GzipReadStream : OneWayStream
{
    private static readonly byte[] Mark = "end of the layer"u8.ToArray();
    private static readonly byte[] MarkMember = Compress(Mark);

    private readonly Stream _source;
    private readonly GZipStream _gzip;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 16);
    private int _start;
    private int _end;
    private bool _isAtEnd;

    public GzipReadStream(Stream source)
        : base(reads: true)
    {
        _source = source;
        _gzip = new GZipStream(new MarkedStream(source), CompressionMode.Decompress);
    }

    private int Ready => _end - _start - Mark.Length;

    public override int Read(Span<byte> buffer)
    {
        while (Ready <= 0 && !_isAtEnd)
            Fill();
        var count = Math.Min(buffer.Length, Math.Max(0, Ready));
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            _source.Dispose();
        }
        base.Dispose(disposing);
    }

    // The last bytes that came are always held back, as they may be the mark.
    private void Fill()
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        held.CopyTo(_buffer);
        (_start, _end) = (0, held.Length);
        var count = _gzip.Read(_buffer.AsSpan(_end));
        _end += count;
        if (count > 0)
            return;
        if (!_buffer.AsSpan(0, _end).SequenceEqual(Mark))
            throw new InvalidDataException("gzip: the data is cut off, or followed by something else");
        _isAtEnd = true;
    }

    private static byte[] Compress(byte[] bytes)
    {
        var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return member.ToArray();
    }

    private sealed class MarkedStream(Stream source) : OneWayStream(reads: true)
    {
        private int _given = -1;

        public override int Read(Span<byte> buffer)
        {
            if (_given < 0)
            {
                var count = source.Read(buffer);
                if (count > 0 || buffer.IsEmpty)
                    return count;
                _given = 0;
            }
            var rest = MarkMember.AsSpan(_given);
            rest = rest[..Math.Min(rest.Length, buffer.Length)];
            rest.CopyTo(buffer);
            _given += rest.Length;
            return rest.Length;
        }
    }
}
