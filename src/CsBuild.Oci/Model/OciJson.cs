using System.Text.Json;

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

    /// <summary>The canonical bytes of <paramref name="document"/>.</summary>
    public static byte[] Write<T>(T document)
    {
        var output = new JsonOutput();
        switch (document)
        {
            case ImageManifest manifest:
                ManifestJson.Write(output, manifest);
                break;
            case ImageIndex index:
                ManifestJson.Write(output, index);
                break;
            case ImageConfig config:
                ImageConfigJson.Write(output, config);
                break;
            case Descriptor descriptor:
                DescriptorJson.Write(output, descriptor);
                break;
            default:
                throw new NotSupportedException($"{typeof(T)} is no document");
        }
        return output.ToArray();
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="InvalidDataException">Too large, not JSON, or not of this shape.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxDocumentSize)
            throw new InvalidDataException($"the {Name<T>()} is larger than {MaxDocumentSize} bytes");
        try
        {
            var input = new JsonInput(bytes);
            var document = Read<T>(ref input);
            input.End();
            return document is null ? throw new InvalidDataException($"the {Name<T>()} is null") : (T)document;
        }
        // The reader says so where a text is not Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the {Name<T>()} cannot be read: {e.Message}", e);
        }
    }

    private static object? Read<T>(ref JsonInput input)
    {
        if (typeof(T) == typeof(ImageManifest))
            return ManifestJson.ReadManifest(ref input);
        if (typeof(T) == typeof(ImageIndex))
            return ManifestJson.ReadIndex(ref input);
        if (typeof(T) == typeof(ImageConfig))
            return ImageConfigJson.Read(ref input);
        if (typeof(T) == typeof(Descriptor))
            return DescriptorJson.Read(ref input);
        throw new NotSupportedException($"{typeof(T)} is no document");
    }

    private static string Name<T>() => typeof(T) switch
    {
        var t when t == typeof(ImageManifest) => "image manifest",
        var t when t == typeof(ImageIndex) => "image index",
        var t when t == typeof(ImageConfig) => "image config",
        _ => "document",
    };
}
