using System.Text.Json;
using System.Text.Json.Serialization;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux.Deputies;

/// <summary>Text that may stand for bytes that are no UTF-8 (see <see cref="PathBytes"/>): such text crosses as bytes.</summary>
internal sealed class ByteTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return reader.GetString();
        reader.Read();
        var text = PathBytes.Decode(reader.GetBytesFromBase64());
        reader.Read();
        return text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (!value.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            writer.WriteStringValue(value);
            return;
        }
        writer.WriteStartArray();
        writer.WriteBase64StringValue(PathBytes.Encode(value));
        writer.WriteEndArray();
    }
}

/// <summary>A layer that is in the store: <c>[diff ID, media type, digest, size]</c>. Where it came from does not cross.</summary>
internal sealed class LayerConverter : JsonConverter<Layer>
{
    public override Layer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var diffId = DiffId.Parse(reader.GetString()!);
        reader.Read();
        var mediaType = reader.GetString()!;
        reader.Read();
        var digest = Digest.Parse(reader.GetString()!);
        reader.Read();
        var size = reader.GetInt64();
        reader.Read();
        return new Layer(diffId, new Descriptor { MediaType = mediaType, Digest = digest, Size = size });
    }

    public override void Write(Utf8JsonWriter writer, Layer value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.DiffId.ToString());
        writer.WriteStringValue(value.Blob.MediaType);
        writer.WriteStringValue(value.Blob.Digest.ToString());
        writer.WriteNumberValue(value.Blob.Size);
        writer.WriteEndArray();
    }
}

/// <summary>A list of layers.</summary>
internal sealed class SnapshotConverter : JsonConverter<Snapshot>
{
    private static readonly LayerConverter One = new();

    public override Snapshot Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var layers = new List<Layer>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            layers.Add(One.Read(ref reader, typeof(Layer), options));
        return new Snapshot(layers);
    }

    public override void Write(Utf8JsonWriter writer, Snapshot value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var layer in value.Layers)
            One.Write(writer, layer, options);
        writer.WriteEndArray();
    }
}

/// <summary>A mount with the name of its kind: <c>{"Tmpfs": {…}}</c>.</summary>
internal sealed class MountConverter : JsonConverter<SandboxMount>
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(SandboxMount);

    public override SandboxMount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var kind = reader.GetString();
        reader.Read();
        SandboxMount? mount = kind switch
        {
            nameof(SandboxMount.Bind) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.Bind),
            nameof(SandboxMount.Cache) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.Cache),
            nameof(SandboxMount.Tmpfs) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.Tmpfs),
            nameof(SandboxMount.MemoryFile) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.MemoryFile),
            nameof(SandboxMount.SshAgent) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.SshAgent),
            nameof(SandboxMount.HostPath) => JsonSerializer.Deserialize(ref reader, MessageJson.Default.HostPath),
            _ => null,
        };
        reader.Read();
        return mount ?? throw new JsonException($"a mount of kind {kind}");
    }

    public override void Write(Utf8JsonWriter writer, SandboxMount value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value.GetType().Name);
        switch (value)
        {
            case SandboxMount.Bind bind:
                JsonSerializer.Serialize(writer, bind, MessageJson.Default.Bind);
                break;
            case SandboxMount.Cache cache:
                JsonSerializer.Serialize(writer, cache, MessageJson.Default.Cache);
                break;
            case SandboxMount.Tmpfs tmpfs:
                JsonSerializer.Serialize(writer, tmpfs, MessageJson.Default.Tmpfs);
                break;
            case SandboxMount.MemoryFile file:
                JsonSerializer.Serialize(writer, file, MessageJson.Default.MemoryFile);
                break;
            case SandboxMount.SshAgent agent:
                JsonSerializer.Serialize(writer, agent, MessageJson.Default.SshAgent);
                break;
            case SandboxMount.HostPath host:
                JsonSerializer.Serialize(writer, host, MessageJson.Default.HostPath);
                break;
            default:
                throw new SandboxException($"a mount of kind {value.GetType().Name} needs root on this machine");
        }
        writer.WriteEndObject();
    }
}
