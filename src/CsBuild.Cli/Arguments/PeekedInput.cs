using CsBuild.Oci.Content;

namespace CsBuild.Cli.Arguments;

/// <summary>A stream whose first bytes have been looked at; reading gives them again.</summary>
internal sealed class PeekedInput : ReadOnlyStream
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

    public override int Read(Span<byte> buffer)
    {
        var n = Math.Min(buffer.Length, _length - _position);
        if (n == 0)
            return _rest.Read(buffer);
        _start.AsSpan(_position, n).CopyTo(buffer);
        _position += n;
        return n;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _position < _length ? new(Read(buffer.Span)) : _rest.ReadAsync(buffer, cancellationToken);
}
