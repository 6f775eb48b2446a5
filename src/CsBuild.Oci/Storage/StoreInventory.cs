using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>Lists what is in a store, by thing and not by file. A picture of a moment: others go on working.</summary>
internal sealed class StoreInventory(string root, StoreReach reach, IReadOnlyList<StoredStep> steps)
{
    private readonly string _private = Path.Combine(root, LayoutDirectory.PrivateName);
    private readonly Dictionary<string, StoreItemBuilder> _layers = [];
    private readonly List<StoreItemBuilder> _others = [];

    /// <param name="named">All blobs of images with names.</param>
    /// <param name="used">All that running programs have looked up.</param>
    /// <param name="documents">Blobs that are manifests or indexes, as far as known: base images that have no name here.</param>
    public IReadOnlyList<StoreItem> List(IReadOnlySet<Digest> named, IReadOnlySet<Digest> used, IEnumerable<Digest> documents)
    {
        var remembered = Remembered(documents);
        Steps();
        Indexes();
        Files("tars", name => LayerOf(name));
        Files("compressed", name => LayerOf(name.Split('-')[0]));
        Unpacked();
        Blobs(remembered);
        CacheMounts();
        Files("context", name => Other("context/" + name, StoreItem.LocalSource, "hashes of a context's files"));
        Files("builds", name => Kept("builds", name, "account of a build, for explanations"));
        Files("files", name => Kept("files", name, "list of the files of a step, for explanations"));
        Files("downloads", name => Kept("downloads", name, "what a URL gave"));
        Files("refs", name => Other("refs/" + name, StoreItem.Internal, "what a tag of a registry meant"));
        Rest();
        return [.. _layers.Values.Concat(_others).Where(b => b.Parts.Count > 0).Select(b => b.Build(named, used)).OrderBy(i => i.LastUsed).ThenBy(i => i.Id, StringComparer.Ordinal)];
    }

    // Base images without a name here: from their documents come the diff IDs of pulled layers.
    private HashSet<Digest> Remembered(IEnumerable<Digest> documents)
    {
        var found = new HashSet<Digest>();
        foreach (var document in documents)
        {
            try
            {
                found.UnionWith(reach.Follow([document]));
            }
            catch (InvalidDataException)
            {
                // Damaged; its layers are then blobs of no layer.
            }
        }
        return found;
    }

    private StoreItemBuilder LayerOf(string hex)
    {
        if (!_layers.TryGetValue(hex, out var builder))
            _layers[hex] = builder = new StoreItemBuilder(hex, StoreItem.Regular, "layer");
        if (Digest.TryParse("sha256:" + hex, out var digest))
            builder.Keys.Add(digest);
        return builder;
    }

    private StoreItemBuilder Other(string id, string type, string description)
    {
        var builder = new StoreItemBuilder(id, type, description);
        _others.Add(builder);
        return builder;
    }

    // Named by a digest, under which programs say that they use it.
    private StoreItemBuilder Kept(string place, string name, string description)
    {
        var builder = Other($"{place}/{name}", StoreItem.Internal, description);
        if (Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(name), out var digest))
            builder.Keys.Add(digest);
        return builder;
    }

    private void Steps()
    {
        foreach (var step in steps)
        {
            var builder = step.Layer is null ? Other("cache/" + Path.GetFileName(step.Path), StoreItem.Internal, step.Description) : LayerOf(step.Layer.DiffId.Value.Hex);
            builder.Add(new StorePart(step.Path, step.Size), step.LastUsed);
            builder.Description = step.Description;
        }
    }

    private void Indexes() => Files("layers", name => LayerOf(Path.GetFileNameWithoutExtension(name)));

    // Each user namespace has its own: the same layer with other owners.
    private IEnumerable<string> Places(string name) => Directories("users").Select(u => Path.Combine("users", u.Name, name)).Prepend(name);

    private void Unpacked()
    {
        foreach (var directory in Places("unpacked").SelectMany(Directories))
            LayerOf(directory.Name).Add(new StorePart(directory.FullName, Trees.SizeOf(directory.FullName)), null);
    }

    private void Blobs(HashSet<Digest> remembered)
    {
        // Ours are plain, so their digest is the diff ID; the others' diff IDs stand in the records and the configs.
        var owners = steps.Where(s => s.Layer is not null).DistinctBy(s => s.Layer!.Blob.Digest).ToDictionary(s => s.Layer!.Blob.Digest, s => s.Layer!.DiffId);
        var compressed = CompressedBlobs();
        foreach (var algorithm in new DirectoryInfo(Path.Combine(root, "blobs")).EnumerateDirectories())
        {
            foreach (var file in algorithm.EnumerateFiles())
            {
                if (!Digest.TryParse($"{algorithm.Name}:{file.Name}", out var digest))
                    continue;
                var layer = owners.GetValueOrDefault(digest)?.Value.Hex ?? reach.Layers.GetValueOrDefault(digest)?.Value.Hex ?? compressed.GetValueOrDefault(digest);
                var builder = layer is not null || _layers.ContainsKey(file.Name)
                    ? LayerOf(layer ?? file.Name)
                    : Other(file.Name, StoreItem.Internal, "document or blob of no layer");
                builder.IsRemembered |= remembered.Contains(digest);
                builder.Keys.Add(digest);
                builder.Add(new StorePart(file.FullName, file.Length, digest), file.LastWriteTimeUtc);
            }
        }
    }

    private Dictionary<Digest, string> CompressedBlobs()
    {
        var found = new Dictionary<Digest, string>();
        foreach (var record in FilesOf("compressed"))
        {
            try
            {
                found[OciJson.Read<Descriptor>(SmallFile.Read(record.FullName, 4096)).Digest] = record.Name.Split('-')[0];
            }
            catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
            {
                // It goes with its layer.
            }
        }
        return found;
    }

    private void CacheMounts()
    {
        foreach (var home in Places("caches").SelectMany(Directories))
        {
            var id = Path.Combine(home.FullName, "id");
            var builder = Other(home.Name, StoreItem.CacheMount, File.Exists(id) ? $"cache mount {SmallFile.ReadText(id)}" : "cache mount");
            foreach (var directory in home.EnumerateDirectories())
                builder.Add(new StorePart(directory.FullName, Trees.SizeOf(directory.FullName), Lock: directory.FullName + ".lock"), Newest(home));
        }
    }

    // What other parts of the program remember in directories of their own.
    private void Rest()
    {
        foreach (var directory in new DirectoryInfo(_private).EnumerateDirectories().Where(d => !IsKnown(d.Name)))
            foreach (var file in directory.EnumerateFiles("*", SearchOption.AllDirectories))
                Other(Path.GetRelativePath(_private, file.FullName), StoreItem.Internal, directory.Name).Add(new StorePart(file.FullName, file.Length), file.LastWriteTimeUtc);
    }

    private static bool IsKnown(string name) =>
        name is "cache" or "layers" or "tars" or "compressed" or "unpacked" or "caches"
            or "context" or "builds" or "files" or "downloads" or "refs"
            or "tmp" or "run" or "leases" or "trash" or "users";

    private void Files(string directory, Func<string, StoreItemBuilder> owner)
    {
        foreach (var file in FilesOf(directory))
            owner(file.Name).Add(new StorePart(file.FullName, file.Length), file.LastWriteTimeUtc);
    }

    private FileInfo[] FilesOf(string directory)
    {
        var place = new DirectoryInfo(Path.Combine(_private, directory));
        return place.Exists ? place.GetFiles() : [];
    }

    private DirectoryInfo[] Directories(string directory)
    {
        var place = new DirectoryInfo(Path.Combine(_private, directory));
        return place.Exists ? place.GetDirectories() : [];
    }

    private static DateTime? Newest(DirectoryInfo home) => home.GetFiles().Select(f => (DateTime?)f.LastWriteTimeUtc).Max();
}
