using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CsBuild.Oci.Model;

/// <summary>
/// The one place where documents become bytes and bytes become documents. Written: compact, properties in a fixed
/// order, maps sorted, nulls left out, <c>+</c> and non-ASCII text not escaped. Read: at most
/// <see cref="MaxDocumentSize"/> bytes and 64 levels deep, no duplicate keys.
/// </summary>
public static class OciJson
{
    /// <summary>The largest manifest, index or config that is read: 4 MiB.</summary>
    public const int MaxDocumentSize = 4 << 20;

    private static readonly OciJsonContext Context = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = 64,
        Converters = { new DigestConverter(), new DiffIdConverter() },
    });

    /// <summary>The canonical bytes of <paramref name="document"/>.</summary>
    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, TypeInfo<T>());

    /// <summary>Reads a document.</summary>
    /// <exception cref="InvalidDataException">Too large, not JSON, or not of this shape.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxDocumentSize)
            throw new InvalidDataException($"the {Name<T>()} is larger than {MaxDocumentSize} bytes");
        try
        {
            return JsonSerializer.Deserialize(bytes, TypeInfo<T>())
                ?? throw new InvalidDataException($"the {Name<T>()} is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the {Name<T>()} cannot be read: {e.Message}", e);
        }
    }

    private static string Name<T>() => typeof(T) switch
    {
        var t when t == typeof(ImageManifest) => "image manifest",
        var t when t == typeof(ImageIndex) => "image index",
        var t when t == typeof(ImageConfig) => "image config",
        _ => "document",
    };

    private static JsonTypeInfo<T> TypeInfo<T>() =>
        (JsonTypeInfo<T>?)Context.GetTypeInfo(typeof(T)) ?? throw new NotSupportedException($"{typeof(T)} is no document");
}

/// <summary>Source-generated, so that nothing is found by reflection.</summary>
[JsonSourceGenerationOptions(Converters = [typeof(DigestConverter), typeof(DiffIdConverter)])]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(Descriptor))]
internal sealed partial class OciJsonContext : JsonSerializerContext;

internal sealed class DigestConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("invalid digest");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class DiffIdConverter : JsonConverter<DiffId>
{
    public override DiffId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest) ? new DiffId(digest) : throw new JsonException("invalid diff ID");

    public override void Write(Utf8JsonWriter writer, DiffId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
