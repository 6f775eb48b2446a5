using System.IO.Compression;
using System.Text;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Testing;

namespace CsBuild.Tests.Context;

public sealed class TarContextTests : IDisposable
{
    private readonly TempDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tar_is_a_context_with_its_owners_and_without_ignore_rules(bool compressed)
    {
        var (context, text) = await ReadAsync(Pack(Tar(), compressed));
        using (context)
        {
            Assert.Null(text);
            var plan = CopyPlan.Create([SourceSelection.Select(context!, ["."])], null, new CopyOptions { Destination = "/all/" });
            using var layer = new MemoryStream();
            var listing = LayerListing.Of((await CopyWriter.WriteAsync(plan, layer, default)).Entries, times: false);
            Assert.Equal("d 0755 0:0 0 /all\n- 0644 0:0 7 /all/.dockerignore\n- 0644 0:0 13 /all/Dockerfile\nd 0751 7:8 0 /all/d\n- 4755 7:8 5 /all/d/f\n- 0644 0:0 1 /all/secret\n", listing);
            Assert.Equal("FROM scratch\n", (await BuildFiles.FindDockerfileAsync(context!, null, default)).Text);
            await Assert.ThrowsAsync<ContextException>(() => BuildFiles.FindDockerfileAsync(context!, "other", default));
        }
        Assert.Empty(Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public async Task Anything_else_is_a_dockerfile()
    {
        var (context, text) = await ReadAsync("FROM scratch\n"u8.ToArray());
        Assert.Null(context);
        Assert.Equal("FROM scratch\n", text);
    }

    [Fact]
    public async Task What_is_too_large_or_cut_off_is_refused()
    {
        var tar = Tar();
        await Assert.ThrowsAsync<ContextException>(() => TarContext.ReadAsync(new MemoryStream(tar), _temporary.Path, new LayerLimits { TarSize = 1024 }, default));
        await Assert.ThrowsAsync<ContextException>(() => ReadAsync(Pack(tar, true)[..^20]));
        Assert.Empty(Directory.GetFiles(_temporary.Path));
    }

    private Task<(TarContext? Context, string? Dockerfile)> ReadAsync(byte[] bytes) =>
        TarContext.ReadAsync(new MemoryStream(bytes), _temporary.Path, LayerLimits.Default, default);

    private static byte[] Tar()
    {
        using var buffer = new MemoryStream();
        var writer = new LayerWriter(buffer);
        Add(writer, ".dockerignore", "secret\n");
        Add(writer, "Dockerfile", "FROM scratch\n");
        writer.Add(new LayerEntry { Path = "d", Type = EntryType.Directory, Mode = Convert.ToInt32("751", 8), Uid = 7, Gid = 8 }, null);
        Add(writer, "d/f", "hello", "4755", 7, 8);
        Add(writer, "secret", "s");
        writer.Finish();
        return buffer.ToArray();
    }

    private static void Add(LayerWriter writer, string path, string text, string mode = "644", uint uid = 0, uint gid = 0) => writer.Add(
        new LayerEntry { Path = path, Type = EntryType.File, Mode = Convert.ToInt32(mode, 8), Uid = uid, Gid = gid, Size = text.Length },
        new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static byte[] Pack(byte[] tar, bool compressed)
    {
        if (!compressed)
            return tar;
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionMode.Compress))
            gzip.Write(tar);
        return buffer.ToArray();
    }
}
