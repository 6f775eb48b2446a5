namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Compresses into one zstd frame. Where the library can, several threads work; how the data is cut for them does not
/// depend on how many there are.
/// </summary>
internal sealed unsafe class ZstdWriteStream : OneWayStream
{
    private const int MaxWorkers = 8;

    private readonly Stream _destination;
    private readonly bool _leaveOpen;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 17);
    private nint _encoder;
    private bool _hasFailed;

    public ZstdWriteStream(Stream destination, int level, bool leaveOpen)
        : base(reads: false)
    {
        Libzstd.Require();
        _destination = destination;
        _leaveOpen = leaveOpen;
        _encoder = Libzstd.CreateEncoder();
        if (_encoder == 0)
            throw new InsufficientMemoryException("zstd: no memory for an encoder");
        Libzstd.Check(Libzstd.SetEncoder(_encoder, Libzstd.CompressionLevel, level));
        Libzstd.Check(Libzstd.SetEncoder(_encoder, Libzstd.ChecksumFlag, 1));
        // A library without threads says no, and works all the same.
        Libzstd.SetEncoder(_encoder, Libzstd.Workers, Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_encoder == 0, this);
        Compress(buffer, Libzstd.EndDirective.Continue);
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            if (disposing && _encoder != 0 && !_hasFailed)
            {
                Compress([], Libzstd.EndDirective.End);
                _destination.Flush();
            }
        }
        finally
        {
            if (disposing && _encoder != 0 && !_leaveOpen)
                _destination.Dispose();
            Free();
            base.Dispose(disposing);
        }
    }

    ~ZstdWriteStream() => Free();

    private void Free()
    {
        if (Interlocked.Exchange(ref _encoder, 0) is var encoder and not 0)
            Libzstd.FreeEncoder(encoder);
    }

    private void Compress(ReadOnlySpan<byte> bytes, Libzstd.EndDirective end)
    {
        _hasFailed = true;
        var consumed = 0;
        bool isDone;
        do
        {
            var (taken, made, left) = Step(bytes[consumed..], end);
            consumed += taken;
            _destination.Write(_buffer.AsSpan(0, made));
            isDone = end == Libzstd.EndDirective.End ? left == 0 : consumed == bytes.Length;
        }
        while (!isDone);
        _hasFailed = false;
    }

    private (int Taken, int Made, nuint Left) Step(ReadOnlySpan<byte> bytes, Libzstd.EndDirective end)
    {
        fixed (byte* from = bytes, to = _buffer)
        {
            var input = new Libzstd.Buffer { Start = from, Size = (nuint)bytes.Length };
            var output = new Libzstd.Buffer { Start = to, Size = (nuint)_buffer.Length };
            var left = Libzstd.Check(Libzstd.Compress(_encoder, &output, &input, end));
            return ((int)input.Position, (int)output.Position, left);
        }
    }
}
