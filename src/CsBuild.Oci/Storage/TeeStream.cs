using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>Gives a copy of what is read from it to somebody else, and says how far it has come. Does not own the source.</summary>
internal sealed class TeeStream(Stream source, TeeStream.Copy copy, Descriptor? blob = null, IProgress<TransferProgress>? progress = null) : ReadOnlyStream
{
    private const long ReportEvery = 1 << 20;

    private long _position;
    private long _reported = -ReportEvery;

    public delegate void Copy(ReadOnlySpan<byte> bytes);

    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer);
        Pass(buffer[..read]);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Pass(buffer.Span[..read]);
        return read;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        copy(bytes);
        _position += bytes.Length;
        if (progress is null || blob is null || (_position - _reported < ReportEvery && _position < blob.Size))
            return;
        _reported = _position;
        progress.Report(new TransferProgress(blob.Digest, _position, blob.Size));
    }
}
