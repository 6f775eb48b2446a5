using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching;

/// <summary>What a step made.</summary>
/// <param name="Layer">The layer; its blob must be in the store for the record to count.</param>
/// <param name="Created">When the layer was made.</param>
/// <param name="Parts">The parts of the most exact key that was known, for explaining a miss.</param>
public sealed record CacheRecord(Layer Layer, UnixTime Created, IReadOnlyList<KeyValuePair<string, string>> Parts)
{
    private const uint Magic = 0x33524243; // "CBR3"
    private const int MostKeys = 1024;
    private const int MaxSize = 16 << 20;

    /// <summary>All keys that the step had when the result was recorded, for those who share it; the last is the most exact one.</summary>
    public IReadOnlyList<Digest> Keys { get; init; } = [];

    /// <summary>The bytes of the record; they end with a hash of the rest.</summary>
    internal byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Layer.DiffId.ToString());
            writer.Write(Layer.Blob.MediaType);
            writer.Write(Layer.Blob.Digest.ToString());
            writer.Write(Layer.Blob.Size);
            writer.Write(Created.Seconds);
            writer.Write(Created.Nanoseconds);
            writer.Write(Keys.Count);
            foreach (var key in Keys)
                writer.Write(key.ToString());
            writer.Write(Parts.Count);
            foreach (var (name, value) in Parts)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }
        var body = stream.ToArray();
        var bytes = new byte[body.Length + Sha256Hash.Size];
        body.CopyTo(bytes, 0);
        Sha256Hash.Of(body).Write(bytes.AsSpan(body.Length));
        return bytes;
    }

    /// <summary>Reads <see cref="ToBytes"/>; null where the bytes are damaged or of another version: a miss, nothing more.</summary>
    internal static CacheRecord? FromBytes(byte[] bytes)
    {
        if (bytes.Length is < Sha256Hash.Size or > MaxSize)
            return null;
        var body = bytes.AsSpan(..^Sha256Hash.Size);
        if (Sha256Hash.Of(body) != Sha256Hash.Read(bytes.AsSpan(^Sha256Hash.Size..)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadUInt32() != Magic)
            return null;
        var diffId = DiffId.Parse(reader.ReadString());
        var blob = new Descriptor { MediaType = reader.ReadString(), Digest = Digest.Parse(reader.ReadString()), Size = reader.ReadInt64() };
        var created = new UnixTime(reader.ReadInt64(), reader.ReadInt32());
        var count = reader.ReadInt32();
        if (count is < 0 or > MostKeys)
            return null;
        var keys = new Digest[count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = Digest.Parse(reader.ReadString());
        var parts = new KeyValuePair<string, string>[reader.ReadInt32()];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = KeyValuePair.Create(reader.ReadString(), reader.ReadString());
        return new CacheRecord(new Layer(diffId, blob), created, parts) { Keys = keys };
    }
}
