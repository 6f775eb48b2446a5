using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Diffing;

/// <summary>Reads a file's next piece while the last one is being used: reading and hashing each take a core's time.</summary>
internal sealed class ReadAheadStream : Stream
{
    private readonly SafeFileHandle _file;
    private byte[] _current;
    private byte[] _next;
    private int _count;
    private int _at;
    private long _offset;
    private Task<int> _reading;

    /// <summary>Starts to read. The file is not disposed.</summary>
    public ReadAheadStream(SafeFileHandle file, int pieceSize)
    {
        _file = file;
        _current = new byte[pieceSize];
        _next = new byte[pieceSize];
        _reading = ReadNext();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_at == _count)
        {
            _count = _reading.GetAwaiter().GetResult();
            _at = 0;
            if (_count == 0)
                return 0;
            _offset += _count;
            (_current, _next) = (_next, _current);
            _reading = ReadNext();
        }
        var length = Math.Min(buffer.Length, _count - _at);
        _current.AsSpan(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private Task<int> ReadNext()
    {
        var (piece, offset) = (_next, _offset);
        return Task.Run(() => RandomAccess.Read(_file, piece, offset));
    }
}
