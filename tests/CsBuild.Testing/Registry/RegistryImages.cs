using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Testing.Registry;

/// <summary>Small images in an <see cref="InMemoryRegistry"/>.</summary>
public static class RegistryImages
{
    /// <summary>Makes an image of layers that are in <paramref name="store"/> and offers it as <c>repository:tag</c>.</summary>
    public static async Task<Descriptor> AddImageAsync(this InMemoryRegistry registry, ImageStore store, string repository, string tag, params Layer[] layers)
    {
        var image = await TestImages.WriteAsync(store.Content, layers);
        var bytes = await store.Content.ReadDocumentAsync(image, default);
        var manifest = OciJson.Read<ImageManifest>(bytes);
        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            using var stream = await store.Content.OpenReadAsync(blob, default);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            registry.AddBlob(repository, copy.ToArray(), blob.MediaType);
        }
        return registry.AddManifest(repository, tag, bytes);
    }
}
