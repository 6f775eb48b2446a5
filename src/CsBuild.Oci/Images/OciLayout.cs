using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>An OCI image layout that somebody else made: a directory, or one in a tar. Read only; nothing in it is believed.</summary>
public sealed class OciLayout : IImageArchive
{
    private readonly ArchiveFiles _files;
    private readonly ImageIndex _index;

    internal OciLayout(ArchiveFiles files)
    {
        _files = files;
        _index = ReadIndex(files);
    }

    /// <inheritdoc/>
    public string Name => _files.Name;

    /// <inheritdoc/>
    public IReadOnlyList<NamedImage> Images => [.. _index.Manifests.GroupBy(m => m.Digest).Select(g => new NamedImage(g.First(), [.. g.SelectMany(LayoutIndex.NamesOf).Distinct()]))];

    /// <summary>Opens a layout: a directory, or a plain tar. Compressed tars: <see cref="ImageArchive"/>.</summary>
    /// <exception cref="InvalidDataException">It is no image layout.</exception>
    /// <exception cref="FileNotFoundException">There is nothing.</exception>
    public static OciLayout Open(string path)
    {
        if (Directory.Exists(path))
            return new OciLayout(new DirectoryFiles(Path.GetFullPath(path)));
        if (!File.Exists(path))
            throw new FileNotFoundException($"`{path}` does not exist, an OCI image layout was expected there", path);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var tar = TarFiles.Open($"`{path}`", file, null, CancellationToken.None);
        try
        {
            return new OciLayout(tar);
        }
        catch
        {
            tar.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The image in the layout's list that a tag or a digest names. Without either: the image with the tag
    /// <c>latest</c>, or the only one.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no such image.</exception>
    public Descriptor Find(string? tag, Digest? digest)
    {
        var found = digest is not null ? _index.Manifests.FirstOrDefault(m => m.Digest == digest)
            : tag is not null ? _index.Manifests.LastOrDefault(m => IsTagged(m, tag))
            : _index.Manifests.LastOrDefault(m => IsTagged(m, "latest")) ?? (_index.Manifests.Select(m => m.Digest).Distinct().Count() == 1 ? _index.Manifests[0] : null);
        return found ?? throw new InvalidDataException($"{Name} has no image {(digest is not null ? digest.ToString() : $"with the tag `{tag ?? "latest"}`")}{Offer()}");
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = _files.TryOpen(OciArchiveWriter.PathOf(blob.Digest)) ?? throw new FileNotFoundException($"blob {blob.Digest} is not in {Name}");
        return Task.FromResult<Stream>(new VerifyingStream(stream, blob, Name));
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private static bool IsTagged(Descriptor entry, string tag)
    {
        var name = entry.Annotations?.GetValueOrDefault(LayoutIndex.RefName);
        return name == tag || (ImageReference.TryParse(name, out var full) && name.Contains('/', StringComparison.Ordinal) && full.Tag == tag);
    }

    private static ImageIndex ReadIndex(ArchiveFiles files)
    {
        if (files.TryRead("oci-layout", 4096) is not { } marker)
            throw new InvalidDataException($"{files.Name} is no OCI image layout: it has no `oci-layout`");
        if (marker.AsSpan().IndexOf("\"1."u8) < 0)
            throw new InvalidDataException($"{files.Name} is an OCI image layout of an unknown version");
        var bytes = files.TryRead("index.json", OciJson.MaxDocumentSize) ?? throw new InvalidDataException($"{files.Name} is no OCI image layout: it has no `index.json`");
        return ManifestDocument.Parse(bytes, MediaTypes.OciIndex) is ManifestDocument.Index index ? index.Images : throw new System.Diagnostics.UnreachableException();
    }

    private string Offer()
    {
        var names = _index.Manifests.Select(m => m.Annotations?.GetValueOrDefault(LayoutIndex.RefName)).OfType<string>().Take(10).ToArray();
        return names.Length == 0 ? "" : $"; it has {string.Join(", ", names.Select(n => $"`{n}`"))}";
    }
}
