using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;

namespace CsBuild.Testing;

/// <summary>Small layers for tests that need some.</summary>
public static class TestLayers
{
    /// <summary>Adds a file of mode 0644, owner 0, time 0.</summary>
    public static void Add(LayerWriter writer, string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Add(new LayerEntry { Path = path, Type = EntryType.File, Mode = 0x1A4, Size = bytes.Length }, new MemoryStream(bytes));
    }

    /// <summary>A tar of such files, which must be in canonical order.</summary>
    public static byte[] Tar(params (string Path, string Text)[] files)
    {
        var tar = new MemoryStream();
        var writer = new LayerWriter(tar);
        foreach (var (path, text) in files)
            Add(writer, path, text);
        writer.Finish();
        return tar.ToArray();
    }

    /// <summary>Writes a layer of such files, which must be in canonical order.</summary>
    public static async Task<Layer> WriteAsync(LayerStore store, params (string Path, string Text)[] files)
    {
        await using var ingest = store.BeginLayer();
        foreach (var (path, text) in files)
            Add(ingest.Writer, path, text);
        return await ingest.CommitAsync(default);
    }
}
