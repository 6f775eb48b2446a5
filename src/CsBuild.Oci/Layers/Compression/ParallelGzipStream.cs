using System.Buffers.Binary;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Writes one gzip member whose blocks of 1 MiB are compressed on the thread pool, each for itself, so that the result
/// depends on neither threads nor the sizes of writes. Costs under one percent in size.
/// </summary>
internal sealed class ParallelGzipStream : OneWayStream
{
    private const int MaxBlocks = 16;

    private readonly Stream _destination;
    private readonly bool _leaveOpen;
    private readonly GzipBlock[] _ring;
    private int _first;
    private int _running;
    private uint _crc;
    private uint _length;
    private bool _isFinished;
    private bool _hasFailed;

    public ParallelGzipStream(Stream destination, int level, bool leaveOpen)
        : base(reads: false)
    {
        _destination = destination;
        _leaveOpen = leaveOpen;
        _ring = new GzipBlock[Math.Min(MaxBlocks, Environment.ProcessorCount + 2)];
        for (var i = 0; i < _ring.Length; i++)
            _ring[i] = new GzipBlock(level);
        // No time, no name, and a system that is unknown: RFC 1952, section 2.3.1.
        _destination.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
    }

    private GzipBlock Filling => _ring[(_first + _running) % _ring.Length];

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Filling.Fill(buffer)..];
            if (Filling.IsFull)
                Start();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _isFinished)
            return;
        _isFinished = true;
        try
        {
            if (!_hasFailed)
                Finish();
        }
        finally
        {
            while (_running > 0)
                Take().Wait();
            foreach (var block in _ring)
                block.Dispose();
            if (!_leaveOpen)
                _destination.Dispose();
            base.Dispose(disposing);
        }
    }

    private void Finish()
    {
        if (!Filling.IsEmpty)
            Start();
        while (_running > 0)
            WriteOldest();
        Span<byte> end = stackalloc byte[10];
        // An empty block that is the last one: RFC 1951, section 3.2.6.
        end[0] = 3;
        end[1] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(end[2..], _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(end[6..], _length);
        _destination.Write(end);
        _destination.Flush();
    }

    private void Start()
    {
        Filling.Start();
        _running++;
        if (_running == _ring.Length)
            WriteOldest();
    }

    private GzipBlock Take()
    {
        var block = _ring[_first];
        _first = (_first + 1) % _ring.Length;
        _running--;
        return block;
    }

    private void WriteOldest()
    {
        var block = Take();
        block.Wait();
        _hasFailed = true;
        _destination.Write(block.Result());
        _hasFailed = false;
        _crc = Crc32.Combine(_crc, block.Crc, block.Length);
        _length += (uint)block.Length;
        block.Reset();
    }
}
