using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>
/// A cache in a directory of this machine: an OCI image layout, so that other tools can look at it and copy it. Blobs come
/// before the list that names them, and every file appears whole, after its bytes are on disk: a file of the right length
/// is taken for the blob when the next cache is written.
/// </summary>
internal sealed class CacheDirectory(string path)
{
    private const string RefName = "org.opencontainers.image.ref.name";

    private string Temporary => Path.Combine(path, ".csbuild-tmp");

    /// <summary>Writes the cache under a tag; with <paramref name="reset"/>, removes what nothing in the list leads to.</summary>
    public async Task WriteAsync(PackedCache cache, string tag, bool reset, CancellationToken cancellationToken)
    {
        StoredFile.Sweep(Temporary);
        foreach (var (blob, source) in cache.Blobs)
            if (!IsThere(blob))
                await PutAsync(PathOf(blob.Digest), await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await PutAsync(PathOf(cache.ConfigDescriptor.Digest), cache.Config, cancellationToken).ConfigureAwait(false);
        await PutAsync(PathOf(cache.Manifest.Digest), cache.ManifestBytes, cancellationToken).ConfigureAwait(false);
        var entry = cache.Manifest with { Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [RefName] = tag } };
        var index = new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [.. Others(tag), entry] };
        await PutAsync(Path.Combine(path, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await PutAsync(Path.Combine(path, "index.json"), OciJson.Write(index), cancellationToken).ConfigureAwait(false);
        if (reset)
            await RemoveUnneededAsync(index, cancellationToken).ConfigureAwait(false);
        StoredFile.Sweep(Temporary);
    }

    private IEnumerable<Descriptor> Others(string tag)
    {
        var list = Path.Combine(path, "index.json");
        return File.Exists(list) ? OciJson.Read<ImageIndex>(File.ReadAllBytes(list)).Manifests.Where(m => m.Annotations?.GetValueOrDefault(RefName) != tag) : [];
    }

    private bool IsThere(Descriptor blob) => new FileInfo(PathOf(blob.Digest)) is { Exists: true } file && file.Length == blob.Size;

    private async Task RemoveUnneededAsync(ImageIndex index, CancellationToken cancellationToken)
    {
        var needed = new HashSet<Digest>();
        var open = new Stack<Descriptor>(index.Manifests);
        while (open.TryPop(out var next))
        {
            if (!needed.Add(next.Digest) || !File.Exists(PathOf(next.Digest)) || next.Size > OciJson.MaxDocumentSize)
                continue;
            if (MediaTypes.IsIndex(next.MediaType))
            {
                foreach (var manifest in OciJson.Read<ImageIndex>(await File.ReadAllBytesAsync(PathOf(next.Digest), cancellationToken).ConfigureAwait(false)).Manifests)
                    open.Push(manifest);
            }
            else if (MediaTypes.IsManifest(next.MediaType))
            {
                var manifest = OciJson.Read<ImageManifest>(await File.ReadAllBytesAsync(PathOf(next.Digest), cancellationToken).ConfigureAwait(false));
                needed.Add(manifest.Config.Digest);
                needed.UnionWith(manifest.Layers.Select(l => l.Digest));
            }
        }
        foreach (var file in Directory.EnumerateFiles(Path.Combine(path, "blobs", "sha256")))
            if (!Digest.TryParse("sha256:" + Path.GetFileName(file), out var digest) || !needed.Contains(digest))
                File.Delete(file);
    }

    private string PathOf(Digest digest) => Path.Combine(path, "blobs", digest.Algorithm, digest.Hex);

    private Task PutAsync(string target, byte[] bytes, CancellationToken cancellationToken) => PutAsync(target, new MemoryStream(bytes), cancellationToken);

    private async Task PutAsync(string target, Stream source, CancellationToken cancellationToken)
    {
        // Others may read a cache, so its directories are no private ones.
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using (source.ConfigureAwait(false))
            await StoredFile.ReplaceDurablyAsync(Temporary, target, source, cancellationToken).ConfigureAwait(false);
    }
}
