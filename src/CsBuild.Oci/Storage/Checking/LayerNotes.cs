using System.Security.Cryptography;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>What the store itself notes of layers and tags, and makes again when it is lost.</summary>
internal static class LayerNotes
{
    private const int MaxDescriptor = 64 << 10;

    public static IEnumerable<StoredNotes> Of(LayerFiles layers) =>
    [
        new("compressed", IsDescriptor, "it is made again"),
        new("refs", IsDescriptor, "it is made again"),
        new("layers", path => DiffIdOf(Path.GetFileNameWithoutExtension(path)) is { } layer && layers.TryLoadIndex(layer) is not null, "it is made again"),
        new("tars", HasDigestOfName, "its bytes are not those of the layer"),
    ];

    /// <summary>The layer that a file or directory is named by; null for another name.</summary>
    public static DiffId? DiffIdOf(string name) => Digest.TryParse($"sha256:{name}", out var digest) ? new DiffId(digest) : null;

    private static bool IsDescriptor(string path)
    {
        try
        {
            OciJson.Read<Descriptor>(SmallFile.Read(path, MaxDescriptor));
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static bool HasDigestOfName(string path)
    {
        using var tar = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Digest.ToHex(SHA256.HashData(tar)) == Path.GetFileName(path);
    }
}
