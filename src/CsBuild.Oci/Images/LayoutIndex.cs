using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>The <c>index.json</c> of layouts that leave the store, with the annotations that BuildKit gives its entries.</summary>
internal static class LayoutIndex
{
    public const string RefName = "org.opencontainers.image.ref.name";
    public const string ContainerdName = "io.containerd.image.name";

    public static byte[] Write(IEnumerable<NamedImage> images) =>
        OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [.. images.SelectMany(Entries)] });

    /// <summary>The names that an entry gives its image, where they are full references.</summary>
    public static IReadOnlyList<ImageReference> NamesOf(Descriptor entry)
    {
        var text = entry.Annotations?.GetValueOrDefault(ContainerdName) ?? entry.Annotations?.GetValueOrDefault(RefName);
        // A bare word is a tag only: whose, the layout does not say.
        return text is not null && text.AsSpan().ContainsAny('/', ':') && ImageReference.TryParse(text, out var name) ? [name] : [];
    }

    private static IEnumerable<Descriptor> Entries(NamedImage image)
    {
        if (image.Names.Count == 0)
            yield return image.Root;
        foreach (var name in image.Names)
        {
            var annotations = new SortedDictionary<string, string>(image.Root.Annotations ?? [], StringComparer.Ordinal) { [ContainerdName] = name.ToString() };
            if (name.Tag is not null)
                annotations[RefName] = name.Tag;
            yield return image.Root with { Annotations = annotations };
        }
    }
}
