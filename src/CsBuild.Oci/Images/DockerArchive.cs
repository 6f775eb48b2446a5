using System.Security.Cryptography;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>
/// What <c>docker save</c> wrote before Docker 25, and what other tools write in that form: <c>manifest.json</c> names
/// a config and layers, by any file names. A manifest is made from that; what is not named by digest is hashed once.
/// </summary>
public sealed class DockerArchive : IImageArchive
{
    private readonly ArchiveFiles _files;
    private readonly Dictionary<Digest, string> _names = [];
    private readonly Dictionary<Digest, byte[]> _documents = [];

    internal DockerArchive(ArchiveFiles files)
    {
        _files = files;
        var entries = DockerManifestJson.Read(files.TryRead("manifest.json", OciJson.MaxDocumentSize)!);
        Images = [.. entries.Select(Read)];
        if (Images.Count == 0)
            throw new InvalidDataException($"`manifest.json` of {Name} lists no image");
    }

    /// <inheritdoc/>
    public string Name => _files.Name;

    /// <inheritdoc/>
    public IReadOnlyList<NamedImage> Images { get; }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = _documents.TryGetValue(blob.Digest, out var bytes) ? new MemoryStream(bytes, writable: false)
            : _names.TryGetValue(blob.Digest, out var name) ? _files.TryOpen(name)
            : null;
        return stream is null
            ? throw new FileNotFoundException($"blob {blob.Digest} is not in {Name}")
            : Task.FromResult<Stream>(new VerifyingStream(stream, blob, Name));
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private NamedImage Read(DockerManifestEntry entry)
    {
        var config = entry.Config is null ? null : _files.TryRead(entry.Config, OciJson.MaxDocumentSize);
        if (config is null || entry.Layers is null)
            throw new InvalidDataException($"`manifest.json` of {Name} lists an image without a config or layers that are there");
        var diffIds = OciJson.Read<ImageConfig>(config).RootFs.DiffIds;
        if (diffIds.Count != entry.Layers.Count)
            throw new InvalidDataException($"`{entry.Config}` of {Name} lists {diffIds.Count} layers, `manifest.json` {entry.Layers.Count}");
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.DockerManifest,
            Config = Keep(MediaTypes.DockerConfig, config),
            Layers = [.. entry.Layers.Zip(diffIds, Layer)],
        };
        var names = (entry.RepoTags ?? []).Select(t => ImageReference.TryParse(t, out var name)
            ? name
            : throw new InvalidDataException($"`{t}` in `manifest.json` of {Name} is no name of an image"));
        return new NamedImage(Keep(MediaTypes.DockerManifest, OciJson.Write(manifest)), [.. names]);
    }

    private Descriptor Keep(string mediaType, byte[] document)
    {
        var digest = Digest.Of(document);
        _documents[digest] = document;
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = document.Length };
    }

    private Descriptor Layer(string name, DiffId diffId)
    {
        using var stream = _files.TryOpen(name) ?? throw new InvalidDataException($"layer `{name}` is not in {Name}");
        var size = _files.Size(name)!.Value;
        Span<byte> magic = stackalloc byte[4];
        magic = magic[..stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        var (mediaType, isPlain) = magic switch
        {
            [0x1F, 0x8B, ..] => (MediaTypes.DockerLayerGzip, false),
            [0x28, 0xB5, 0x2F, 0xFD] => (MediaTypes.DockerLayerZstd, false),
            _ => (MediaTypes.DockerLayer, true),
        };
        // A plain layer's digest is its diff ID; reading verifies it. Others have to be hashed.
        var digest = isPlain ? diffId.Value : Hash(magic, stream);
        _names[digest] = name;
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = size };
    }

    private static Digest Hash(ReadOnlySpan<byte> head, Stream rest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        var buffer = new byte[128 << 10];
        while (rest.Read(buffer) is > 0 and var read)
            hash.AppendData(buffer, 0, read);
        return Sha256Hash.Finish(hash).ToDigest();
    }
}
