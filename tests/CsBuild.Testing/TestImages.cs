using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Testing;

/// <summary>Small whole images for tests that need some.</summary>
public static class TestImages
{
    /// <summary>Writes an image of these layers for linux/amd64 and returns its manifest's descriptor.</summary>
    public static async Task<Descriptor> WriteAsync(IContentStore store, params Layer[] layers)
    {
        var config = new ImageConfig
        {
            Architecture = "amd64",
            Os = "linux",
            Config = new ContainerConfig { Cmd = ["/a"] },
            RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] },
            History = [.. layers.Select((_, i) => new HistoryEntry { CreatedBy = $"COPY {i}", Created = "1970-01-01T00:00:00Z" })],
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.OciManifest,
            Config = await store.AddAsync(MediaTypes.OciConfig, OciJson.Write(config), default),
            Layers = [.. layers.Select(l => l.Blob)],
        };
        return await store.AddAsync(MediaTypes.OciManifest, OciJson.Write(manifest), default);
    }
}
