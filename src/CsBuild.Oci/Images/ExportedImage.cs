using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>
/// An image, or an index of images, in the form in which it leaves the store: layers compressed, documents rewritten
/// where they speak of those. An image that has the form already keeps every byte, and so its digest. As a source it
/// gives all blobs of the result, new documents from memory; nothing is added to the store but converted layers.
/// </summary>
public sealed class ExportedImage : IBlobSource
{
    private readonly ExportSource _source;
    private readonly ImageForm _form;
    private readonly Dictionary<Digest, byte[]> _documents = [];
    private readonly List<Descriptor> _blobs = [];
    private readonly List<Descriptor> _manifests = [];

    private ExportedImage(ExportSource source, ImageForm form, Descriptor root)
    {
        _source = source;
        _form = form;
        Root = root;
    }

    /// <summary>The manifest or index of the result, with the annotations and platform of what was exported.</summary>
    public Descriptor Root { get; private set; }

    /// <summary>Configs and layers, each once.</summary>
    public IReadOnlyList<Descriptor> Blobs => _blobs;

    /// <summary>Manifests and indexes, each after what it speaks of; <see cref="Root"/> is the last.</summary>
    public IReadOnlyList<Descriptor> Manifests => _manifests;

    /// <inheritdoc/>
    public string Name => _source.Content.Name;

    /// <summary>Brings <paramref name="image"/> into the form.</summary>
    /// <exception cref="InvalidDataException">The image is damaged, incomplete, or cannot have that form.</exception>
    public static async Task<ExportedImage> CreateAsync(ExportSource source, Descriptor image, ImageForm form, CancellationToken cancellationToken)
    {
        var exported = new ExportedImage(source, form, image);
        exported.Root = await exported.AddAsync(image, 0, cancellationToken).ConfigureAwait(false);
        return exported;
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) =>
        _documents.TryGetValue(blob.Digest, out var document)
            ? Task.FromResult<Stream>(new MemoryStream(document, writable: false))
            : Find(blob).OpenReadAsync(blob, cancellationToken);

    private IBlobSource Find(Descriptor blob) =>
        _source.Find(blob.Digest) ?? throw new InvalidDataException($"{Name} lacks {blob.Digest}, which the image needs");

    private async Task<Descriptor> AddAsync(Descriptor document, int depth, CancellationToken cancellationToken)
    {
        if (depth > ImageDocuments.MaxDepth)
            throw new InvalidDataException($"{document.Digest}: indexes are nested too deep");
        var bytes = await Find(document).ReadDocumentAsync(document, cancellationToken).ConfigureAwait(false);
        var added = MediaTypes.IsIndex(document.MediaType)
            ? await AddIndexAsync(document, bytes, depth, cancellationToken).ConfigureAwait(false)
            : await AddManifestAsync(document, bytes, cancellationToken).ConfigureAwait(false);
        if (!_manifests.Contains(added))
            _manifests.Add(added);
        return added;
    }

    private async Task<Descriptor> AddIndexAsync(Descriptor document, byte[] bytes, int depth, CancellationToken cancellationToken)
    {
        var index = OciJson.Read<ImageIndex>(bytes);
        var manifests = new List<Descriptor>();
        foreach (var manifest in index.Manifests)
            manifests.Add(await AddAsync(manifest, depth + 1, cancellationToken).ConfigureAwait(false));
        var mediaType = InFamily(document.MediaType);
        if (mediaType == document.MediaType && manifests.SequenceEqual(index.Manifests))
            return Keep(document, bytes);
        return Keep(document with { MediaType = mediaType }, OciJson.Write(index with { MediaType = mediaType, Manifests = manifests }));
    }

    private async Task<Descriptor> AddManifestAsync(Descriptor document, byte[] bytes, CancellationToken cancellationToken)
    {
        var manifest = OciJson.Read<ImageManifest>(bytes);
        var oci = _form.OciMediaTypes ?? document.MediaType == MediaTypes.OciManifest;
        var layers = await ConvertAsync(manifest, cancellationToken).ConfigureAwait(false);
        layers = [.. layers.Select(l => l with { MediaType = ImageForm.InFamily(l.MediaType, oci) })];
        var config = manifest.Config with { MediaType = ImageForm.InFamily(manifest.Config.MediaType, oci) };
        foreach (var blob in layers.Append(config).Where(b => !_blobs.Exists(known => known.Digest == b.Digest)))
            _blobs.Add(blob);
        var mediaType = ImageForm.InFamily(document.MediaType, oci);
        if (mediaType == document.MediaType && config == manifest.Config && layers.SequenceEqual(manifest.Layers))
            return Keep(document, bytes);
        return Keep(document with { MediaType = mediaType }, OciJson.Write(manifest with { MediaType = mediaType, Config = config, Layers = layers }));
    }

    private async Task<Descriptor[]> ConvertAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        Descriptor[] layers = [.. manifest.Layers];
        var converted = Enumerable.Range(0, layers.Length).Where(i => _form.IsConverted(layers[i])).ToList();
        if (converted.Count == 0)
            return layers;
        var config = OciJson.Read<ImageConfig>(await Find(manifest.Config).ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false));
        if (config.RootFs.DiffIds.Count != layers.Length)
            throw new InvalidDataException($"the image config {manifest.Config.Digest} speaks of {config.RootFs.DiffIds.Count} layers, its manifest of {layers.Length}");
        await Parallel.ForEachAsync(converted, new ParallelOptions { MaxDegreeOfParallelism = _source.Jobs, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var layer = new Layer(config.RootFs.DiffIds[i], layers[i], _source.Remotes.GetValueOrDefault(layers[i].Digest));
            var blob = await _source.Convert(layer, _form.Compression, _form.Level, token).ConfigureAwait(false);
            layers[i] = layers[i] with { MediaType = blob.MediaType, Digest = blob.Digest, Size = blob.Size, Urls = null };
        }).ConfigureAwait(false);
        return layers;
    }

    private string InFamily(string mediaType) => _form.OciMediaTypes is { } oci ? ImageForm.InFamily(mediaType, oci) : mediaType;

    private Descriptor Keep(Descriptor document, byte[] bytes)
    {
        var kept = document with { Digest = Digest.Of(bytes), Size = bytes.Length };
        _documents[kept.Digest] = bytes;
        return kept;
    }
}
