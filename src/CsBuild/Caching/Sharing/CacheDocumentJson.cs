using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>Cache documents as JSON: equal ones are equal bytes, and what is read is checked member by member.</summary>
internal static class CacheDocumentJson
{
    // The years 1 to 9999.
    private const long Earliest = -62135596800;
    private const long Latest = 253402300799;
    private const int MaxDepth = 8;
    private const int MostItems = 200_000;
    private const int MostKeys = 64;
    private const int LongestId = 4096;

    public static byte[] Write(CacheDocument document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", CacheKey.Schema);
            WriteItems(json, "layers", document.Layers, layer =>
            {
                json.WriteString("diffId", layer.DiffId.ToString());
                json.WriteNumber("size", layer.Size);
            });
            WriteItems(json, "records", document.Records, record =>
            {
                json.WriteStartArray("keys");
                foreach (var key in record.Keys)
                    json.WriteStringValue(key.ToString());
                json.WriteEndArray();
                json.WriteNumber("layer", record.Layer);
                json.WriteNumber("created", record.Created.Seconds);
                json.WriteNumber("nanoseconds", record.Created.Nanoseconds);
            });
            if (document.Mounts.Count > 0)
                WriteItems(json, "mounts", document.Mounts, mount =>
                {
                    json.WriteString("id", mount.Id);
                    json.WriteNumber("layer", mount.Layer);
                });
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no such document, or of another version.</exception>
    public static CacheDocument Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the cache's description is no proper JSON (line {e.LineNumber + 1})", e);
        }
    }

    /// <exception cref="InvalidDataException">It is no such document, or of another version.</exception>
    public static CacheDocument Read(JsonElement root)
    {
        try
        {
            if (root.GetProperty("schema").GetString() != CacheKey.Schema)
                throw new InvalidDataException($"it is of another version than this program's, {CacheKey.Schema}");
            var layers = Items(root, "layers").Select(Layer).ToArray();
            var records = Items(root, "records").Select(r => Record(r, layers.Length)).ToArray();
            var mounts = root.TryGetProperty("mounts", out _) ? Items(root, "mounts").Select(m => Mount(m, layers.Length)).ToArray() : [];
            return new CacheDocument(layers, records, mounts);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"the cache's description is malformed: {e.Message}", e);
        }
    }

    private static void WriteItems<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement root, string name)
    {
        var array = root.GetProperty(name);
        return array.GetArrayLength() <= MostItems ? array.EnumerateArray() : throw new FormatException($"`{name}` has more than {MostItems} items");
    }

    private static SharedLayer Layer(JsonElement item)
    {
        var size = item.GetProperty("size").GetInt64();
        return size >= 0 && size <= LayerLimits.Default.TarSize
            ? new SharedLayer(DiffId.Parse(Text(item.GetProperty("diffId"))), size)
            : throw new FormatException($"a layer of {size} bytes");
    }

    private static SharedRecord Record(JsonElement item, int layers)
    {
        var keys = item.GetProperty("keys");
        if (keys.GetArrayLength() is 0 or > MostKeys)
            throw new FormatException("a record without keys, or with too many");
        var nanoseconds = item.GetProperty("nanoseconds").GetInt32();
        if (nanoseconds is < 0 or > 999_999_999)
            throw new FormatException("a record of no time");
        var seconds = item.GetProperty("created").GetInt64();
        if (seconds < Earliest || seconds > Latest)
            throw new FormatException("a record of no time that an image can name");
        var created = new UnixTime(seconds, nanoseconds);
        return new SharedRecord([.. keys.EnumerateArray().Select(k => Digest.Parse(Text(k)))], Index(item, layers), created);
    }

    private static SharedMount Mount(JsonElement item, int layers)
    {
        var id = Text(item.GetProperty("id"));
        return id.Length <= LongestId ? new SharedMount(id, Index(item, layers)) : throw new FormatException("a mount with an endless id");
    }

    private static int Index(JsonElement item, int layers) =>
        item.GetProperty("layer").GetInt32() is >= 0 and var index && index < layers ? index : throw new FormatException("a layer that is not there");

    private static string Text(JsonElement item) => item.GetString() ?? throw new FormatException("null where a text should be");
}
