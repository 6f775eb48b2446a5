using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// Reads a blob and believes nothing: never hands out more than the declared size, and hands out the last byte only
/// after size and digest were found right. Where they are not, reading throws <see cref="InvalidDataException"/>.
/// A reader that stops before the end has verified nothing.
/// </summary>
/// <param name="inner">The bytes; disposed with this stream.</param>
/// <param name="expected">What they should be.</param>
/// <param name="origin">Where they come from, for the message.</param>
/// <param name="hint">What to do about a damaged blob, for the message.</param>
public sealed class VerifyingStream(Stream inner, Descriptor expected, string origin, string? hint = null) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(
        expected.Digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    private readonly long _size = expected.Size >= 0
        ? expected.Size
        : throw new InvalidDataException($"blob {expected.Digest} from {origin} is said to have {expected.Size} bytes");

    private long _position;
    private bool _verified;

    /// <inheritdoc/>
    public override long Length => _size;

    /// <inheritdoc/>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_verified || buffer.IsEmpty)
            return 0;
        var read = inner.Read(buffer[..Wanted(buffer.Length)]);
        if (Count(buffer[..read]))
        {
            Span<byte> excess = stackalloc byte[1];
            Verify(inner.Read(excess));
        }
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // For such a file the framework only hands the same blocking call to another thread.
        if (inner is FileStream { IsAsync: false })
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Read(buffer.Span);
        }
        if (_verified || buffer.IsEmpty)
            return 0;
        var read = await inner.ReadAsync(buffer[..Wanted(buffer.Length)], cancellationToken).ConfigureAwait(false);
        if (Count(buffer.Span[..read]))
            Verify(await inner.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false));
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Wanted(int length) => (int)Math.Min(length, _size - _position);

    /// <summary>True where these were the last bytes, so that the whole can be judged.</summary>
    private bool Count(ReadOnlySpan<byte> read)
    {
        _hash.AppendData(read);
        _position += read.Length;
        if (read.IsEmpty && _position < _size)
            throw Failure($"it ends after {_position} bytes, {_size} were promised");
        return _position == _size;
    }

    private void Verify(int excess)
    {
        if (excess > 0)
            throw Failure($"it is longer than the {_size} bytes promised");
        var hex = Digest.ToHex(_hash.GetHashAndReset());
        if (hex != expected.Digest.Hex)
            throw Failure($"its bytes hash to {expected.Digest.Algorithm}:{hex}");
        _verified = true;
    }

    private InvalidDataException Failure(string reason) =>
        DamagedBlob.Mark(new($"blob {expected.Digest} from {origin} is damaged: {reason}{(hint is null ? "" : $"; {hint}")}"), expected.Digest);
}
