using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// The names of the store's images: the <c>index.json</c> of the layout, where each image's
/// <c>org.opencontainers.image.ref.name</c> is the full reference. Entries that others wrote are kept as they are.
/// </summary>
/// <remarks>
/// Changes are atomic and exclude each other across processes. They do not check or sync blobs. A copy of the list is
/// kept in <c>csbuild/tags.json</c>, for the case that the disk damages it.
/// </remarks>
public sealed class TagStore(string root)
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string ContainerdName = "io.containerd.image.name";

    private readonly string _path = Path.Combine(root, "index.json");
    private readonly string _backup = Path.Combine(root, LayoutDirectory.PrivateName, "tags.json");
    private readonly string _private = Path.Combine(root, LayoutDirectory.PrivateName);

    /// <summary>The image of that name, or null.</summary>
    /// <exception cref="InvalidDataException"><c>index.json</c> is damaged.</exception>
    public Descriptor? Get(ImageReference name)
    {
        var key = Key(name);
        Descriptor? found = null;
        foreach (var manifest in Read().Manifests)
            if (NameOf(manifest) == key)
                found = manifest;
        return found is null ? null : WithoutNames(found);
    }

    /// <summary>All names in ordinal order. Entries without a full reference are not listed.</summary>
    public IReadOnlyList<(ImageReference Name, Descriptor Image)> List() =>
    [
        .. from manifest in Read().Manifests
           let text = NameOf(manifest)
           where text is not null && ImageReference.TryParse(text, out _)
           let name = ImageReference.Parse(text)
           where Key(name) == text
           orderby text
           select (name, WithoutNames(manifest)),
    ];

    /// <summary>Every image in the layout, with a name or without.</summary>
    public IReadOnlyList<Descriptor> Roots() => [.. Read().Manifests.Select(WithoutNames)];

    /// <summary>True where the name is that of the image already, so that <see cref="Set(ImageReference, Descriptor)"/> would change nothing.</summary>
    public bool IsSet(ImageReference name, Descriptor image)
    {
        var key = Key(name);
        Descriptor? found = null;
        foreach (var manifest in Read().Manifests)
        {
            if (NameOf(manifest) != key)
                continue;
            if (found is not null)
                return false;
            found = manifest;
        }
        return found is not null && OciJson.Write(found).AsSpan().SequenceEqual(OciJson.Write(Named(image, key)));
    }

    /// <summary>Gives the name to an image. Its blobs must be in the store, and synced, before.</summary>
    public void Set(ImageReference name, Descriptor image) => Set([name], image);

    /// <summary>Gives the names to an image, all or none.</summary>
    public void Set(IReadOnlyCollection<ImageReference> names, Descriptor image)
    {
        string[] keys = [.. names.Select(Key).Distinct()];
        if (keys.Length > 0)
            Change(manifests => [.. manifests.Where(m => !keys.Contains(NameOf(m))), .. keys.Select(k => Named(image, k))]);
    }

    /// <summary>Takes the name away; false where there was none. The blobs stay until the store is pruned.</summary>
    public bool Remove(ImageReference name)
    {
        var key = Key(name);
        var removed = false;
        Change(manifests =>
        {
            Descriptor[] rest = [.. manifests.Where(m => NameOf(m) != key)];
            removed = rest.Length < manifests.Count;
            return rest;
        });
        return removed;
    }

    private static string Key(ImageReference name) => name.Tag is null
        ? throw new ArgumentException($"`{name}` has no tag, so it cannot name an image in the store", nameof(name))
        : $"{name.Name}:{name.Tag}";

    private static Descriptor Named(Descriptor image, string key)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in image.Annotations ?? [])
            annotations[name] = value;
        annotations[RefName] = key;
        annotations[ContainerdName] = key;
        return image with { Annotations = annotations };
    }

    private static string? NameOf(Descriptor image) => image.Annotations?.GetValueOrDefault(RefName);

    private static Descriptor WithoutNames(Descriptor image)
    {
        if (image.Annotations is null)
            return image;
        var rest = new SortedDictionary<string, string>(image.Annotations, StringComparer.Ordinal);
        rest.Remove(RefName);
        rest.Remove(ContainerdName);
        return image with { Annotations = rest.Count == 0 ? null : rest };
    }

    /// <summary>
    /// Puts the list of tags as it was last written in place of a damaged one, or an empty list where that is
    /// damaged too. The damaged one is kept beside it. False where there was nothing to do.
    /// </summary>
    internal bool Restore()
    {
        using var held = HeldLock.Wait(Path.Combine(_private, LayoutDirectory.TagsLockName));
        if (TryRead(_path) is not null)
            return false;
        var index = TryRead(_backup) ?? new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [] };
        if (File.Exists(_path))
            File.Copy(_path, _path + ".damaged", overwrite: true);
        TempFile.WriteDurably(Path.Combine(_private, "tmp"), _path, OciJson.Write(index));
        return true;
    }

    /// <summary>True where the list can be read as it stands.</summary>
    internal bool IsIntact => TryRead(_path) is not null;

    private static ImageIndex? TryRead(string path)
    {
        try
        {
            return OciJson.Read<ImageIndex>(SmallFile.Read(path, OciJson.MaxDocumentSize));
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    private void Change(Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>> change)
    {
        using var held = HeldLock.Wait(Path.Combine(_private, LayoutDirectory.TagsLockName));
        var index = Read();
        var bytes = OciJson.Write(index with { Manifests = change(index.Manifests) });
        // For a disk that damages the other; it is no commit point, so nothing is flushed for it.
        using (var copy = TempFile.Create(Path.Combine(_private, "tmp")))
        {
            copy.Write(bytes);
            copy.Publish(_backup);
        }
        TempFile.WriteDurably(Path.Combine(_private, "tmp"), _path, bytes);
    }

    private ImageIndex Read()
    {
        try
        {
            return OciJson.Read<ImageIndex>(SmallFile.Read(_path, OciJson.MaxDocumentSize));
        }
        catch (FileNotFoundException)
        {
            return TryRead(_backup) ?? new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [] };
        }
        catch (InvalidDataException e)
        {
            return TryRead(_backup)
                ?? throw new InvalidDataException($"`{_path}`, the list of the store's tags, is damaged: {e.Message}; csbuild fsck --repair starts a new one", e);
        }
    }
}
