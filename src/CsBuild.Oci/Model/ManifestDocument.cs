using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>
/// What a manifest's bytes are: one image, or an index of several. Bytes that could be taken for both, and bytes
/// whose media type says one thing and whose shape another, are neither.
/// </summary>
public abstract record ManifestDocument
{
    private static readonly string[] Telling = ["schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers"];

    private ManifestDocument()
    {
    }

    /// <summary>One image for one platform.</summary>
    public sealed record Image(ImageManifest Manifest) : ManifestDocument;

    /// <summary>Several images.</summary>
    public sealed record Index(ImageIndex Images) : ManifestDocument;

    /// <summary>Reads a document that is said to be of <paramref name="mediaType"/>.</summary>
    /// <exception cref="InvalidDataException">Not well formed, too large, ambiguous, or not of that type.</exception>
    public static ManifestDocument Parse(ReadOnlySpan<byte> bytes, string mediaType)
    {
        var isIndex = MediaTypes.IsIndex(mediaType);
        if (!isIndex && !MediaTypes.IsManifest(mediaType))
            throw new InvalidDataException($"`{mediaType}` is no media type of an image or an index");
        CheckShape(bytes, isIndex);
        if (isIndex)
        {
            var index = OciJson.Read<ImageIndex>(bytes);
            Check(index.SchemaVersion, index.MediaType, mediaType, index.Manifests);
            return new Index(index);
        }
        var manifest = OciJson.Read<ImageManifest>(bytes);
        Check(manifest.SchemaVersion, manifest.MediaType, mediaType, [manifest.Config, .. manifest.Layers]);
        return new Image(manifest);
    }

    private static void Check(int version, string? said, string mediaType, IReadOnlyList<Descriptor?>? blobs)
    {
        if (version != 2)
            throw new InvalidDataException($"the manifest has schema version {version}, only 2 is known");
        if (said is not null && said != mediaType)
            throw new InvalidDataException($"the manifest calls itself `{said}`, but it came as `{mediaType}`");
        if (blobs is null || blobs.Any(b => b?.Digest is null || b.MediaType is null || b.Size < 0))
            throw new InvalidDataException("the manifest has a descriptor that lacks a media type, a digest or a size");
    }

    private static void CheckShape(ReadOnlySpan<byte> bytes, bool isIndex)
    {
        if (bytes.Length > OciJson.MaxDocumentSize)
            throw new InvalidDataException($"the manifest is larger than {OciJson.MaxDocumentSize} bytes");
        try
        {
            var names = TopLevelNames(bytes);
            if (names.Contains("manifests") && (names.Contains("layers") || names.Contains("config")))
                throw new InvalidDataException("the manifest has both `manifests` and `layers` or `config`, so it is ambiguous");
            if (names.Contains("fsLayers"))
                throw new InvalidDataException("the manifest is of schema version 1, which is not supported");
            if (names.Contains("manifests") != isIndex)
                throw new InvalidDataException($"the manifest has {(isIndex ? "no `manifests`, but came as an index" : "`manifests`, but came as one image")}");
            if (!isIndex && !names.Contains("layers"))
                throw new InvalidDataException("the manifest has no `layers`");
            var twin = names.FirstOrDefault(n => !Telling.Contains(n) && Telling.Contains(n, StringComparer.OrdinalIgnoreCase));
            if (twin is not null)
                throw new InvalidDataException($"the manifest has `{twin}`, which readers take for different things");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the manifest cannot be read: {e.Message}", e);
        }
    }

    private static HashSet<string> TopLevelNames(ReadOnlySpan<byte> bytes)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException("the manifest is no JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!names.Add(reader.GetString()!))
                throw new InvalidDataException($"the manifest has `{reader.GetString()}` twice");
            reader.Skip();
        }
        return names;
    }
}
