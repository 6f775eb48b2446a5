using System.Text.Json;
using System.Text.Json.Serialization;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>Docker's own document, which is in no specification: an array of images.</summary>
[JsonSerializable(typeof(IReadOnlyList<DockerManifestEntry>))]
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 16)]
internal sealed partial class DockerManifestJson : JsonSerializerContext
{
    public static byte[] Write(IReadOnlyList<DockerManifestEntry> entries) =>
        JsonSerializer.SerializeToUtf8Bytes(entries, Default.IReadOnlyListDockerManifestEntry);

    /// <exception cref="InvalidDataException">Too large, or not of this shape.</exception>
    public static IReadOnlyList<DockerManifestEntry> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > OciJson.MaxDocumentSize)
            throw new InvalidDataException($"`manifest.json` is larger than {OciJson.MaxDocumentSize} bytes");
        try
        {
            return JsonSerializer.Deserialize(bytes, Default.IReadOnlyListDockerManifestEntry) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"`manifest.json` cannot be read: {e.Message}", e);
        }
    }
}
