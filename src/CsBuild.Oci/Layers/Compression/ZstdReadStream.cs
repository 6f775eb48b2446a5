namespace CsBuild.Oci.Layers.Compression;

/// <summary>Decompresses zstd frames, one after the other, up to a window of 128 MiB (what the zstd tool takes).</summary>
internal sealed unsafe class ZstdReadStream : OneWayStream
{
    private const int MaxWindowLog = 27;

    private readonly Stream _source;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 17);
    private nint _decoder;
    private int _start;
    private int _end;
    private bool _isInFrame;

    public ZstdReadStream(Stream source)
        : base(reads: true)
    {
        Libzstd.Require();
        _source = source;
        _decoder = Libzstd.CreateDecoder();
        if (_decoder == 0)
            throw new InsufficientMemoryException("zstd: no memory for a decoder");
        Libzstd.Check(Libzstd.SetDecoder(_decoder, Libzstd.MaxWindowLog, MaxWindowLog));
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_decoder == 0, this);
        while (!buffer.IsEmpty)
        {
            // With an empty input the decoder may still hold bytes from before; ask it before the source.
            if (Step(buffer) is var count and > 0)
                return count;
            if (_start < _end)
                continue;
            _start = 0;
            _end = _source.Read(_buffer);
            if (_end == 0)
                return _isInFrame ? throw new InvalidDataException("zstd: the data is cut off") : 0;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _decoder != 0)
            _source.Dispose();
        Free();
        base.Dispose(disposing);
    }

    ~ZstdReadStream() => Free();

    private void Free()
    {
        if (Interlocked.Exchange(ref _decoder, 0) is var decoder and not 0)
            Libzstd.FreeDecoder(decoder);
    }

    private int Step(Span<byte> destination)
    {
        if (_start == _end && !_isInFrame)
            return 0;
        fixed (byte* to = destination, from = _buffer)
        {
            var output = new Libzstd.Buffer { Start = to, Size = (nuint)destination.Length };
            var input = new Libzstd.Buffer { Start = from, Size = (nuint)_end, Position = (nuint)_start };
            _isInFrame = Libzstd.Check(Libzstd.Decompress(_decoder, &output, &input)) != 0;
            _start = (int)input.Position;
            return (int)output.Position;
        }
    }
}
