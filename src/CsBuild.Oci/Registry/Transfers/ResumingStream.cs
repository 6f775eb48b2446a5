using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// A blob on its way. Where the connection breaks or falls silent the transfer goes on at the same byte; the check at
/// the end covers the bytes as the reader got them. The last bytes are handed out only after the check.
/// </summary>
internal sealed class ResumingStream : ReadOnlyStream
{
    private const int RefillAfter = 1 << 20;

    private readonly BlobTransfer _transfer;
    private readonly Descriptor _blob;
    private readonly RetryBudget _budget;
    private readonly IncrementalHash _hash;
    private readonly Action _onWrongBytes;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private long _refilledAt;
    private bool _checked;
    private bool _withoutRanges;

    private ResumingStream(BlobTransfer transfer, Descriptor blob, RetryBudget budget, Action onWrongBytes)
    {
        (_transfer, _blob, _budget, _onWrongBytes) = (transfer, blob, budget, onWrongBytes);
        _hash = IncrementalHash.CreateHash(blob.Digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    /// <summary>Opens the blob, so that a registry that does not have it is found out here and not while reading.</summary>
    public static async Task<ResumingStream> OpenAsync(BlobTransfer transfer, Descriptor blob, RetryBudget budget, Action onWrongBytes, CancellationToken cancellationToken)
    {
        var stream = new ResumingStream(transfer, blob, budget, onWrongBytes);
        try
        {
            await transfer.Retry.RunAsync(stream.ConnectAsync, budget, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override long Length => _blob.Size;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || (_checked && _position == _blob.Size))
            return 0;
        if (_position < _blob.Size)
        {
            var wanted = buffer[..(int)Math.Min(buffer.Length, _blob.Size - _position)];
            var count = await _transfer.Retry.RunAsync(token => ReadOnceAsync(wanted, token), _budget, cancellationToken).ConfigureAwait(false);
            _hash.AppendData(wanted.Span[..count]);
            _position += count;
            if (_position - _refilledAt >= RefillAfter)
            {
                _refilledAt = _position;
                _budget.Refill();
            }
            if (_position < _blob.Size)
                return count;
            await CheckAsync(cancellationToken).ConfigureAwait(false);
            return count;
        }
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }

    // Decompressors read synchronously; without a synchronisation context that cannot lock up.
    public override int Read(Span<byte> buffer)
    {
        var bytes = new byte[buffer.Length];
        var count = ReadAsync(bytes, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        bytes.AsSpan(0, count).CopyTo(buffer);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Disconnect();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var count = await _transfer.ReadAsync(_body!, buffer, cancellationToken).ConfigureAwait(false);
            return count > 0 ? count : throw _transfer.Question.Transient($"the answer ended after {_position} of {_blob.Size} bytes");
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    private async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_body is not null)
            return true;
        var from = _withoutRanges ? 0 : _position;
        try
        {
            _response = await _transfer.GetAsync(_blob, from, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.RequestedRangeNotSatisfiable && from > 0)
        {
            _withoutRanges = true;
            _response = await _transfer.GetAsync(_blob, 0, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            var start = Start(_response.StatusCode == HttpStatusCode.PartialContent ? _response.Content.Headers.ContentRange : null);
            var body = await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await _transfer.SkipAsync(body, _position - start, cancellationToken).ConfigureAwait(false);
            _body = body;
            return true;
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    // Where the body begins: the byte asked for, or zero where the registry does not know ranges.
    private long Start(ContentRangeHeaderValue? range)
    {
        var headers = _response!.Content.Headers;
        if (headers.ContentEncoding.Count > 0 && !headers.ContentEncoding.SequenceEqual(["identity"]))
            throw _transfer.Question.Protocol("the answer is encoded although nobody asked for that");
        if (_response.StatusCode != HttpStatusCode.PartialContent)
            return headers.ContentLength is { } length && length != _blob.Size
                ? throw _transfer.Question.WrongContent($"the blob has {length} bytes there, not {_blob.Size}")
                : 0;
        if (range?.From == _position && (range.Length ?? _blob.Size) == _blob.Size)
            return _position;
        _withoutRanges = true;
        throw _transfer.Question.Transient("the registry sent another part than was asked for");
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_checked)
            return;
        var more = _body is not null && await _transfer.HasMoreAsync(_body, cancellationToken).ConfigureAwait(false);
        var actual = Convert.ToHexStringLower(_hash.GetHashAndReset());
        Disconnect();
        if (more || actual != _blob.Digest.Hex)
        {
            _onWrongBytes();
            throw new InvalidDataException(more
                ? $"the blob `{_blob.Digest}` from `{_transfer.Name}` is longer than {_blob.Size} bytes"
                : $"the blob `{_blob.Digest}` from `{_transfer.Name}` has other bytes: their digest is `{_blob.Digest.Algorithm}:{actual}`");
        }
        _checked = true;
    }

    private void Disconnect()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
