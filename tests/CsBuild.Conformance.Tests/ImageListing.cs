using System.Globalization;
using System.Text;
using System.Text.Json;
using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Conformance.Tests;

/// <summary>
/// An image in an OCI archive as text, the same for the same image whoever made it: config, history, and for each
/// layer its entries. What no two builds or machines have in common is left out: the time of the build, the processor,
/// the bytes of the busybox.
/// </summary>
internal sealed class ImageListing(LayerStore layers, IBlobSource archive, BuildCase build)
{
    private readonly StringBuilder _text = new();

    public static async Task<string> OfAsync(string path, string store, BuildCase build)
    {
        var layers = ImageStore.Open(store).Layers;
        using var layout = OciLayout.Open(path);
        var listing = new ImageListing(layers, layout, build);
        await listing.AddAsync(layout.Find(null, null));
        return listing._text.ToString();
    }

    private async Task AddAsync(Descriptor root)
    {
        if (await archive.ReadManifestAsync(root, default) is ManifestDocument.Index index)
        {
            foreach (var image in index.Images.Manifests)
                await AddAsync(image);
            return;
        }
        var manifest = OciJson.Read<ImageManifest>(await archive.ReadDocumentAsync(root, default));
        var bytes = await archive.ReadDocumentAsync(manifest.Config, default);
        using var config = JsonDocument.Parse(bytes);
        AddConfig(config.RootElement);
        AddHistory(config.RootElement);
        await AddLayersAsync([.. manifest.Layers.Zip(OciJson.Read<ImageConfig>(bytes).RootFs.DiffIds, (blob, id) => new Layer(id, blob, archive))]);
    }

    private void AddConfig(JsonElement config)
    {
        foreach (var field in config.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (field.Name is "config")
                foreach (var inner in field.Value.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
                    _text.Append(CultureInfo.InvariantCulture, $"{inner.Name}: {Plain(inner.Value)}\n");
            else if (field.Name switch
            {
                "history" or "rootfs" => false,
                "architecture" or "variant" => build.Processor,
                "created" => build.Epoch is not null,
                _ => true,
            })
                _text.Append(CultureInfo.InvariantCulture, $"{field.Name}: {Plain(field.Value)}\n");
        }
    }

    private void AddHistory(JsonElement config)
    {
        _text.Append("history:\n");
        if (!config.TryGetProperty("history", out var history) || history.ValueKind == JsonValueKind.Null)
            return;
        foreach (var entry in history.EnumerateArray())
        {
            var empty = entry.TryGetProperty("empty_layer", out var flag) && flag.GetBoolean();
            if (entry.TryGetProperty("comment", out var comment) && DecidedDifferences.IsRepair(comment.GetString()!))
                continue;
            var by = entry.TryGetProperty("created_by", out var text) ? text.GetString()! : "";
            if (DecidedDifferences.IsOfContext(by))
                continue;
            _text.Append(empty ? "  - " : "  + ").Append(by.Replace("\n", "\\n", StringComparison.Ordinal));
            foreach (var field in entry.EnumerateObject().Where(f => f.Name is not ("created" or "created_by" or "empty_layer")))
                _text.Append(CultureInfo.InvariantCulture, $" ({DecidedDifferences.Comment(field.Value.GetString()!)})");
            if (build.Epoch is not null && entry.TryGetProperty("created", out var created))
                _text.Append(CultureInfo.InvariantCulture, $" at {created.GetString()}");
            _text.Append('\n');
        }
    }

    private async Task AddLayersAsync(IReadOnlyList<Layer> chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var index = await layers.GetIndexAsync(chain[i], default);
            _text.Append(CultureInfo.InvariantCulture, $"layer {i + 1}:");
            if (index.Entries.Any(e => e.Path == "bin/busybox" && e.Type == EntryType.File))
            {
                _text.Append(" the base\n");
                continue;
            }
            _text.Append('\n');
            await using var below = await LayeredFileSource.OpenAsync(layers, [.. chain.Take(i)], default);
            await using var own = await LayeredFileSource.OpenAsync(layers, [chain[i]], default);
            foreach (var line in await LinesAsync(index, own, below.Tree))
                _text.Append("  ").Append(line).Append('\n');
        }
    }

    /// <summary>Sorted by path. An opaque directory is listed as the removals that it means: builders differ in which they write.</summary>
    private async Task<IEnumerable<string>> LinesAsync(LayerIndex index, LayeredFileSource own, FileTree below)
    {
        var names = index.Entries.Where(e => e.Type is not (EntryType.Whiteout or EntryType.Opaque)).ToDictionary(e => e.Path);
        var links = index.Entries.Where(e => e.Type == EntryType.Hardlink).ToLookup(e => e.LinkTarget!, e => e.Path);
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in index.Entries)
        {
            if (entry.Type == EntryType.Opaque || (entry.Type == EntryType.Whiteout && names.ContainsKey(entry.Path)))
                foreach (var hidden in Hidden(below.Find(entry.Path, followLast: false), names))
                    lines[hidden] = $"removed /{hidden}";
            else if (entry.Type == EntryType.Whiteout)
                lines[entry.Path] = $"removed /{entry.Path}";
            else if (!IsMountPoint(entry))
                lines[entry.Path] = await LineAsync(entry, names, links, own);
        }
        return lines.Values;
    }

    private async Task<string> LineAsync(LayerEntry entry, Dictionary<string, LayerEntry> names, ILookup<string, string> links, LayeredFileSource own)
    {
        var file = entry.Type == EntryType.Hardlink && names.TryGetValue(entry.LinkTarget!, out var target) ? target : entry;
        var text = new StringBuilder(file.Type.ToString().ToLowerInvariant());
        if (file.Type != EntryType.Symlink)
            text.Append(CultureInfo.InvariantCulture, $" {Convert.ToString(file.Mode, 8).PadLeft(4, '0')}");
        text.Append(CultureInfo.InvariantCulture, $" {file.Uid}:{file.Gid} /{entry.Path}");
        if (file.Type is EntryType.Symlink or EntryType.Hardlink)
            text.Append(" -> ").Append(file.LinkTarget);
        if (file.Type is EntryType.CharacterDevice or EntryType.BlockDevice)
            text.Append(CultureInfo.InvariantCulture, $" {file.DeviceMajor},{file.DeviceMinor}");
        foreach (var (name, value) in file.Xattrs)
            text.Append(CultureInfo.InvariantCulture, $" {name}={Convert.ToHexStringLower(value)}");
        var group = links[file.Path].Append(file.Path).Order(StringComparer.Ordinal).ToArray();
        if (group.Length > 1)
            text.Append(" one file: ").AppendJoin(' ', group.Select(p => "/" + p));
        if (build.Times && file.Type is EntryType.File or EntryType.Directory && build.Times && IsDated(file))
            text.Append(CultureInfo.InvariantCulture, $" at {file.Mtime.Seconds}");
        if (file.Type == EntryType.File && own.Tree.Find(file.Path) is { } node)
            text.Append(' ').Append(await ContentAsync(own, node));
        return text.ToString();
    }

    private static async Task<string> ContentAsync(LayeredFileSource own, FileNode node)
    {
        if (node.Entry.Size > 200)
            return $"{node.Entry.Size} bytes {node.Entry.Content.ToDigest().ToString()[7..19]}";
        using var reader = new StreamReader(await own.OpenReadAsync(node, default), Encoding.UTF8);
        return JsonSerializer.Serialize(await reader.ReadToEndAsync(), Relaxed);
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What a build makes is of today, of 1970, or of the time given: builders differ in that, see DecidedDifferences.
    private bool IsDated(LayerEntry entry) => entry.Mtime.Seconds is > 0 and < 1_700_000_000 && entry.Mtime.Seconds != build.Epoch;

    // A runtime leaves the places where it mounts its own things.
    private static bool IsMountPoint(LayerEntry entry) =>
        entry is { Path: "dev" or "proc" or "sys", Type: EntryType.Directory, Mode: 0x1ED, Uid: 0, Gid: 0 };

    /// <summary>What a new directory hides: what was in it; what was in that goes without saying.</summary>
    private static IEnumerable<string> Hidden(FileNode? directory, IReadOnlyDictionary<string, LayerEntry> names) =>
        directory?.Children.SelectMany(c => names.ContainsKey(c.Path) ? Hidden(c, names) : [c.Path]) ?? [];

    private static string Plain(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Sorted(writer, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Sorted(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var field in value.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(field.Name);
            Sorted(writer, field.Value);
        }
        writer.WriteEndObject();
    }
}
