using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Follows manifests and indexes through a store's files. It reads them by their paths, so that looking does not count
/// as using, and remembers what it read: a document never changes.
/// </summary>
internal sealed class StoreReach(string root)
{
    private readonly Dictionary<Digest, IReadOnlyList<Descriptor>> _children = [];
    private readonly Dictionary<Digest, DiffId> _layers = [];

    /// <summary>The diff ID of every compressed or plain layer that a document met so far speaks of.</summary>
    public IReadOnlyDictionary<Digest, DiffId> Layers => _layers;

    /// <summary>Where a blob is.</summary>
    public string PathOf(Digest digest) => Path.Combine(root, "blobs", digest.Algorithm, digest.Hex);

    /// <summary>The digests given and all that they lead to. What is missing leads nowhere.</summary>
    /// <exception cref="InvalidDataException">A document is damaged: what it leads to is not known.</exception>
    public HashSet<Digest> Follow(IEnumerable<Digest> roots)
    {
        var found = new HashSet<Digest>();
        var open = new Stack<Digest>(roots);
        while (open.TryPop(out var next))
            if (found.Add(next))
                foreach (var child in Children(next))
                    if (IsDocument(child.MediaType))
                        open.Push(child.Digest);
                    else
                        found.Add(child.Digest);
        return found;
    }

    /// <summary>What a manifest or index lists; nothing where it is not here.</summary>
    public IReadOnlyList<Descriptor> Children(Digest document)
    {
        if (_children.TryGetValue(document, out var known))
            return known;
        byte[] bytes;
        try
        {
            bytes = SmallFile.Read(PathOf(document), OciJson.MaxDocumentSize);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        if (document.Algorithm == "sha256" && Digest.Of(bytes) != document)
            throw DamagedBlob.Mark(new InvalidDataException($"blob {document} in the store `{root}` is damaged; run csbuild fsck --repair"), document);
        return _children[document] = Read(bytes);
    }

    private static bool IsDocument(string mediaType) => MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType);

    private IReadOnlyList<Descriptor> Read(byte[] bytes)
    {
        if (TryRead<ImageManifest>(bytes) is { } manifest)
        {
            Learn(manifest);
            return [manifest.Config, .. manifest.Layers];
        }
        return TryRead<ImageIndex>(bytes)?.Manifests ?? [];
    }

    private void Learn(ImageManifest manifest)
    {
        try
        {
            var config = OciJson.Read<ImageConfig>(SmallFile.Read(PathOf(manifest.Config.Digest), OciJson.MaxDocumentSize));
            foreach (var (layer, diffId) in manifest.Layers.Zip(config.RootFs.DiffIds))
                _layers[layer.Digest] = diffId;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            // Not here, or no image: then its blobs are just blobs.
        }
    }

    private static T? TryRead<T>(byte[] bytes)
        where T : class
    {
        try
        {
            return OciJson.Read<T>(bytes);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
