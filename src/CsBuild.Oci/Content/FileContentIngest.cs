using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

internal sealed class FileContentIngest(FileContentStore store, TempFile file) : ContentIngest
{
    private readonly HashingWriteStream _stream = new(file);
    private bool _handedOver;

    public override Stream Stream => _stream;

    public override Task<Descriptor> CommitAsync(string mediaType, Descriptor? expected, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_handedOver, this);
        var written = new Descriptor { MediaType = mediaType, Digest = _stream.Finish().ToDigest(), Size = file.Length };
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
