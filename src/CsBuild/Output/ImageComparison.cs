using System.Globalization;
using System.Text.Json;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Output;

/// <summary>Finds where two images of one store differ, from the layers up, as what is above follows from what is below.</summary>
internal sealed class ImageComparison(ImageStore store)
{
    private const string Absent = "absent";

    /// <summary>The first difference; null where the images are the same.</summary>
    public async Task<ImageDifference?> CompareAsync(Descriptor first, Descriptor second, CancellationToken cancellationToken)
    {
        if (first.Digest == second.Digest)
            return null;
        if (!MediaTypes.IsIndex(first.MediaType) || !MediaTypes.IsIndex(second.MediaType))
            return await CompareImagesAsync(first, second, cancellationToken).ConfigureAwait(false);
        var one = OciJson.Read<ImageIndex>(await store.Content.ReadDocumentAsync(first, cancellationToken).ConfigureAwait(false));
        var other = OciJson.Read<ImageIndex>(await store.Content.ReadDocumentAsync(second, cancellationToken).ConfigureAwait(false));
        foreach (var (x, y) in one.Manifests.Zip(other.Manifests))
            if (await CompareAsync(x, y, cancellationToken).ConfigureAwait(false) is { } found)
                return found with { Part = $"{x.Platform}: {found.Part}" };
        return new ImageDifference("the index", "manifests", "digest", first.Digest.ToString(), second.Digest.ToString());
    }

    private async Task<ImageDifference> CompareImagesAsync(Descriptor first, Descriptor second, CancellationToken cancellationToken)
    {
        var (one, config) = await ReadAsync(first, cancellationToken).ConfigureAwait(false);
        var (other, otherConfig) = await ReadAsync(second, cancellationToken).ConfigureAwait(false);
        var x = OciJson.Read<ImageConfig>(config);
        var y = OciJson.Read<ImageConfig>(otherConfig);
        var steps = (x.History ?? []).Where(h => h.EmptyLayer != true).Select(h => h.CreatedBy).ToArray();
        for (var i = 0; i < Math.Min(x.RootFs.DiffIds.Count, y.RootFs.DiffIds.Count); i++)
        {
            if (x.RootFs.DiffIds[i] == y.RootFs.DiffIds[i])
                continue;
            var index = await store.Layers.GetIndexAsync(new Layer(x.RootFs.DiffIds[i], one.Layers[i]), cancellationToken).ConfigureAwait(false);
            var otherIndex = await store.Layers.GetIndexAsync(new Layer(y.RootFs.DiffIds[i], other.Layers[i]), cancellationToken).ConfigureAwait(false);
            return CompareLayers($"layer {i + 1} of {x.RootFs.DiffIds.Count} ({(i < steps.Length ? steps[i] : "")})", index, otherIndex);
        }
        using var document = JsonDocument.Parse(config);
        using var otherDocument = JsonDocument.Parse(otherConfig);
        return Compare("", document.RootElement, otherDocument.RootElement)
            ?? new ImageDifference("the manifest", "manifest", "digest", first.Digest.ToString(), second.Digest.ToString());
    }

    private async Task<(ImageManifest Manifest, byte[] Config)> ReadAsync(Descriptor image, CancellationToken cancellationToken)
    {
        var manifest = OciJson.Read<ImageManifest>(await store.Content.ReadDocumentAsync(image, cancellationToken).ConfigureAwait(false));
        return (manifest, await store.Content.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false));
    }

    private static ImageDifference CompareLayers(string part, LayerIndex one, LayerIndex other)
    {
        using var ones = one.Entries.GetEnumerator();
        using var others = other.Entries.GetEnumerator();
        while ((ones.MoveNext() ? ones.Current : null, others.MoveNext() ? others.Current : null) is var (x, y) && (x ?? y) is not null)
        {
            var order = x is null ? 1 : y is null ? -1 : LayerOrder.Instance.Compare(x, y);
            if (order != 0)
                return new ImageDifference(part, "/" + (order < 0 ? x : y)!.Path, "entry", order < 0 ? "there" : Absent, order < 0 ? Absent : "there");
            foreach (var ((field, said), (_, then)) in Fields(x!).Zip(Fields(y!)))
                if (said != then)
                    return new ImageDifference(part, "/" + x!.Path, field, said, then);
        }
        return new ImageDifference(part, "/", "bytes of the tar", one.DiffId.ToString(), other.DiffId.ToString());
    }

    private static IEnumerable<(string Field, string Value)> Fields(LayerEntry entry) =>
    [
        ("type", entry.Type.ToString()),
        ("link target", entry.LinkTarget ?? ""),
        ("size", Text(entry.Size)),
        ("content", entry.Content.ToString()),
        ("mode", Convert.ToString(entry.Mode, 8)),
        ("owner", $"{Text(entry.Uid)}:{Text(entry.Gid)}"),
        ("device", $"{Text(entry.DeviceMajor)}:{Text(entry.DeviceMinor)}"),
        ("extended attributes", string.Join(' ', entry.Xattrs.Select(x => $"{x.Key}={Convert.ToHexStringLower(x.Value)}"))),
        ("time of change", string.Create(CultureInfo.InvariantCulture, $"{entry.Mtime.Seconds}.{entry.Mtime.Nanoseconds:D9}")),
    ];

    private static ImageDifference? Compare(string path, JsonElement one, JsonElement other)
    {
        if (one.ValueKind != other.ValueKind || one.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return one.GetRawText() == other.GetRawText() ? null : Different(path, one.GetRawText(), other.GetRawText());
        var (mine, theirs) = (Members(one), Members(other));
        foreach (var name in mine.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal))
        {
            var inner = path.Length == 0 ? name : path + "." + name;
            if (!mine.TryGetValue(name, out var x) || !theirs.TryGetValue(name, out var y))
                return Different(inner, mine.ContainsKey(name) ? "there" : Absent, theirs.ContainsKey(name) ? "there" : Absent);
            if (Compare(inner, x, y) is { } found)
                return found;
        }
        return null;
    }

    private static Dictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (element.ValueKind == JsonValueKind.Object)
            foreach (var member in element.EnumerateObject())
                members[member.Name] = member.Value;
        else
            foreach (var item in element.EnumerateArray())
                members[members.Count.ToString("D6", CultureInfo.InvariantCulture)] = item;
        return members;
    }

    private static ImageDifference Different(string path, string first, string second) => new("the image config", path, "value", first, second);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
