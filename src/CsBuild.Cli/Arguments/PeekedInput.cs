namespace CsBuild.Cli.Arguments;

/// <summary>A stream whose first bytes have been looked at; reading gives them again.</summary>
internal sealed class PeekedInput : Stream
{
    private readonly Stream _rest;
    private readonly byte[] _start = new byte[ArchiveMagic.Length];
    private readonly int _length;
    private int _position;

    public PeekedInput(Stream rest)
    {
        _rest = rest;
        _length = rest.ReadAtLeast(_start, _start.Length, throwOnEndOfStream: false);
    }

    public ReadOnlySpan<byte> Peeked => _start.AsSpan(0, _length);

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
        var n = Math.Min(buffer.Length, _length - _position);
        if (n == 0)
            return _rest.Read(buffer);
        _start.AsSpan(_position, n).CopyTo(buffer);
        _position += n;
        return n;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _position < _length ? new(Read(buffer.Span)) : _rest.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
