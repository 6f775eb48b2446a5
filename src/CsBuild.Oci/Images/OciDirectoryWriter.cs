using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>
/// Writes images to an image layout in a directory. Blobs come before <c>index.json</c>, each under its name only
/// when it is whole. Blobs that are there already stay, and so do other images unless they have one of the names.
/// </summary>
public static class OciDirectoryWriter
{
    private const string TempName = ".csbuild-tmp";

    /// <summary>Writes; the directory is made where it is missing.</summary>
    /// <exception cref="InvalidDataException">The directory has an <c>index.json</c> that cannot be read.</exception>
    public static async Task WriteAsync(string directory, IBlobSource source, IReadOnlyList<NamedImage> images, CancellationToken cancellationToken)
    {
        var temp = Path.Combine(directory, TempName);
        Directory.CreateDirectory(temp);
        try
        {
            foreach (var image in images)
                foreach (var blob in await source.ListBlobsAsync(image.Root, cancellationToken).ConfigureAwait(false))
                    await CopyAsync(directory, temp, source, blob, cancellationToken).ConfigureAwait(false);
            Put(temp, Path.Combine(directory, "oci-layout"), LayoutDirectory.MarkerBytes);
            Put(temp, Path.Combine(directory, "index.json"), LayoutIndex.Write([.. Others(directory, images), .. images]));
        }
        finally
        {
            Directory.Delete(temp, recursive: true);
        }
    }

    private static async Task CopyAsync(string directory, string temp, IBlobSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, OciArchiveWriter.PathOf(blob.Digest));
        if (new FileInfo(path) is { Exists: true } there && there.Length == blob.Size)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = TempFile.Create(temp);
        var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var buffer = new byte[256 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            file.Write(buffer.AsSpan(0, read));
        file.Publish(path);
    }

    private static void Put(string temp, string path, ReadOnlySpan<byte> bytes)
    {
        using var file = TempFile.Create(temp);
        file.Write(bytes);
        file.Publish(path);
    }

    // Entries that stay keep their annotations: they are the descriptor's, and no name is added.
    private static IEnumerable<NamedImage> Others(string directory, IReadOnlyList<NamedImage> images)
    {
        var path = Path.Combine(directory, "index.json");
        if (!File.Exists(path))
            return [];
        var names = images.SelectMany(i => i.Names).Select(n => n.ToString()).ToHashSet(StringComparer.Ordinal);
        var roots = images.Select(i => i.Root.Digest).ToHashSet();
        return
        [
            .. from entry in OciJson.Read<ImageIndex>(SmallFile.Read(path, OciJson.MaxDocumentSize)).Manifests
               let isNamed = entry.Annotations?.ContainsKey(LayoutIndex.ContainerdName) == true
               where isNamed ? !names.Contains(entry.Annotations![LayoutIndex.ContainerdName]) : !roots.Contains(entry.Digest)
               select new NamedImage(entry, []),
        ];
    }
}
