using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Oci.Tests.Layers;

/// <summary>The whole corpus through the reader and the merged tree, where nothing is written anywhere.</summary>
public sealed class HostileLayerTests
{
    [Fact]
    public void S1_to_S10_every_hostile_archive_is_refused_or_stays_in_its_root()
    {
        using var temporary = new TempDirectory();
        var canary = new Canary(temporary["canary"]);
        var corpus = HostileCorpus.All(canary).ToList();
        Assert.InRange(corpus.Count, 250, int.MaxValue);
        Assert.Equal(corpus.Count, corpus.Select(a => a.Name).Distinct().Count());

        var wrong = corpus.Select(a => (a.Name, a.Fate, Found: FateOf(a))).Where(f => f.Fate != f.Found).Select(f => $"{f.Name}: {f.Found}, not {f.Fate}");

        Assert.Empty(wrong);
    }

    private static Fate FateOf(HostileArchive archive)
    {
        List<LayerIndex> indexes;
        try
        {
            indexes = [.. archive.Layers.Select(l => LayerReader.BuildIndex(LayerCodec.Decompress(new MemoryStream(l))))];
        }
        catch (InvalidDataException)
        {
            return Fate.Refused;
        }
        try
        {
            FileTree.Merge(indexes.Select(i => (LayerOf(i), i)));
            return Fate.Harmless;
        }
        catch (InvalidDataException)
        {
            return Fate.RefusedAsLayers;
        }
    }

    private static Layer LayerOf(LayerIndex index) =>
        new(index.DiffId, new Descriptor { MediaType = MediaTypes.OciLayer, Digest = index.DiffId.Value, Size = index.TarSize });
}
