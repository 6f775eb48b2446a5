using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <param name="store">Where the blob goes.</param>
/// <param name="file">What is written meanwhile; owned.</param>
/// <param name="isTrusted">The digest that is expected is believed: whoever wrote has hashed.</param>
internal sealed class FileContentIngest(FileContentStore store, TempFile file, bool isTrusted) : ContentIngest
{
    private readonly HashingWriteStream _stream = new(file, !isTrusted);
    private bool _handedOver;

    public override Stream Stream => _stream;

    public override Task<Descriptor> CommitAsync(string mediaType, Descriptor? expected, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_handedOver, this);
        _stream.Drain();
        var digest = isTrusted ? expected!.Digest : _stream.Finish().ToDigest();
        var written = new Descriptor { MediaType = mediaType, Digest = digest, Size = file.Length };
        if (expected is not null && (written.Digest != expected.Digest || written.Size != expected.Size))
        {
            throw new InvalidDataException(
                $"blob {expected.Digest} of {expected.Size} bytes was expected, {written.Digest} of {written.Size} bytes was written");
        }
        store.Publish(file, written.Digest);
        _handedOver = true;
        return Task.FromResult(written);
    }

    public override ValueTask DisposeAsync()
    {
        _stream.Dispose();
        if (!_handedOver)
            file.Dispose();
        return ValueTask.CompletedTask;
    }
}
