using System.Text.Json;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Decides what a document is, and refuses one that two readers could take for two things: an image for one and an
/// index for the other.
/// </summary>
/// <remarks>OCI distribution-spec, section on ambiguous documents; CVE-2021-41190.</remarks>
internal static class ManifestShape
{
    private const int MaxDepth = 64;
    private static readonly string[] Telling = ["mediaType", "schemaVersion", "config", "layers", "manifests", "fsLayers"];

    /// <summary>The media type of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="declared">What the answer's header said; a type that says nothing (JSON, octets) or none is allowed.</param>
    /// <exception cref="InvalidDataException">The document is none of the four kinds, or its parts disagree. The message says how.</exception>
    public static string MediaTypeOf(byte[] bytes, string? declared)
    {
        var (names, own) = Read(bytes);
        if (names.Contains("fsLayers") || declared?.StartsWith("application/vnd.docker.distribution.manifest.v1+", StringComparison.Ordinal) == true)
            throw new InvalidDataException("it is a Docker schema 1 manifest, which has been retired");
        var isIndex = names.Contains("manifests");
        var isImage = names.Contains("layers") || names.Contains("config");
        if (isIndex && isImage)
            throw new InvalidDataException("it claims to be an image and an index at once");
        if (!isIndex && !isImage)
            throw new InvalidDataException("it is neither an image manifest nor an index");

        var header = declared is "application/json" or "application/octet-stream" or "text/plain" ? null : declared;
        if (header is not null && own is not null && header != own)
            throw new InvalidDataException($"its header says `{RemoteText.Clean(header, 100)}`, it says itself `{RemoteText.Clean(own, 100)}`");
        var type = own ?? header ?? (isIndex ? MediaTypes.OciIndex : MediaTypes.OciManifest);
        if (isIndex ? !MediaTypes.IsIndex(type) : !MediaTypes.IsManifest(type))
            throw new InvalidDataException($"it calls itself `{RemoteText.Clean(type, 100)}`, but has the shape of {(isIndex ? "an index" : "an image manifest")}");
        return type;
    }

    private static (HashSet<string> Names, string? MediaType) Read(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException("it is no JSON object");
            var names = document.RootElement.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            // Readers that ignore case would see other members than we do.
            var twin = names.FirstOrDefault(n => Telling.Any(t => n != t && string.Equals(n, t, StringComparison.OrdinalIgnoreCase)));
            if (twin is not null)
                throw new InvalidDataException($"it has a member `{RemoteText.Clean(twin, 40)}` in odd spelling");
            var own = document.RootElement.TryGetProperty("mediaType", out var type)
                ? type.ValueKind == JsonValueKind.String ? type.GetString() : throw new InvalidDataException("its media type is no text")
                : null;
            return (names, own);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"it is no proper JSON (line {e.LineNumber + 1})", e);
        }
    }
}
