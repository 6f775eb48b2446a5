using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

internal sealed class StoredLayerIngest(ContentIngest ingest, LayerFiles files) : LayerIngest
{
    public override LayerWriter Writer { get; } = ingest.Stream is HashingWriteStream hashing
        ? new(hashing, hashing.Finish)
        : new(ingest.Stream);

    public override async Task<Layer> CommitAsync(CancellationToken cancellationToken)
    {
        var index = Writer.Finish();
        var expected = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = index.DiffId.Value, Size = index.TarSize };
        var blob = await ingest.CommitAsync(MediaTypes.OciLayer, expected, cancellationToken).ConfigureAwait(false);
        files.SaveIndex(index);
        return new Layer(index.DiffId, blob);
    }

    public override ValueTask DisposeAsync() => ingest.DisposeAsync();
}
