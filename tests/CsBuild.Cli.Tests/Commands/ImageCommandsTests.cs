using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Tests.Commands;

public sealed class ImageCommandsTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public async Task Images_are_listed_as_a_table_and_as_json()
    {
        await AddImageAsync("app:1.0");
        Golden.Verify(await RunAsync("images") + await RunAsync("images --format json") + await RunAsync("images -q"));
    }

    [Fact]
    public async Task An_empty_store_has_a_table_without_rows() =>
        Assert.Equal("REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n", await RunAsync("images"));

    [Fact]
    public async Task History_is_the_newest_first()
    {
        await AddImageAsync("app:1.0");
        Golden.Verify(await RunAsync("history app:1.0") + await RunAsync("history --format json --no-trunc app:1.0"));
    }

    [Fact]
    public async Task Inspect_speaks_dockers_words()
    {
        await AddImageAsync("app:1.0");
        Golden.Verify(await RunAsync("inspect app:1.0"));
    }

    [Fact]
    public async Task A_tag_is_one_more_name_and_rmi_takes_it_away()
    {
        await AddImageAsync("app:1.0");
        await RunAsync("tag app:1.0 127.0.0.1:5000/x:2");
        Assert.Contains("127.0.0.1:5000/x", await RunAsync("images"), StringComparison.Ordinal);
        Assert.Equal("Untagged: app:1.0\n", await RunAsync("rmi app:1.0"));
        await FailsAsync("rmi app:1.0", ExitCode.Usage, "there is no image `app:1.0` in the store");
    }

    [Fact]
    public async Task An_image_whose_config_is_too_large_is_listed_as_such_and_hides_no_other()
    {
        await AddImageAsync("app:1.0");
        await AddImageAsync("large:1.0", new string('x', OciJson.MaxDocumentSize));

        var table = await RunAsync("images");
        Assert.Matches(@"(?m)^app +1\.0 +[0-9a-f]{12} +2026-01-02 03:04 +\S+$", table);
        Assert.Matches(@"(?m)^large +1\.0 +[0-9a-f]{12} +N/A +unreadable$", table);
        Assert.Matches("warning: large:1.0 cannot be read: document .* 4194304 is the limit; .*csbuild rmi large:1.0", _around.Error.ToString());
        Assert.Matches("\"Repository\":\"large\".*\"Problem\":\"document ", await RunAsync("images --format json"));
        await FailsAsync("history large:1.0", ExitCode.Store, "is the limit");
        var id = (await RunAsync("images -q")).Split('\n')[1];
        Assert.Equal("Untagged: large:1.0\n", await RunAsync("rmi " + id));
    }

    [Fact]
    public async Task The_beginning_of_an_id_names_an_image()
    {
        var id = await AddImageAsync("app:1.0");
        Assert.Equal("Untagged: app:1.0\n", await RunAsync("rmi " + id.Hex[..8]));
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("oci")]
    public async Task What_was_saved_can_be_loaded(string format)
    {
        await AddImageAsync("app:1.0");
        var before = await RunAsync("images --format json");
        await RunAsync($"save -o app.tar --format {format} app:1.0");
        Assert.Equal("Loaded image: app:1.0\n", await RunAsync("--root other load -i app.tar"));
        Assert.Equal(before, await RunAsync("--root other images --format json"));
    }

    [Fact]
    public async Task Prune_asks_and_keeps_named_images()
    {
        await AddImageAsync("app:1.0");
        await FailsAsync("prune --all", ExitCode.Usage, "there is no terminal to ask on");
        await FailsAsync("prune --force --filter size=1", ExitCode.Usage, "invalid filter `size=1`");
        await FailsAsync("prune --force --filter until=soon", ExitCode.Usage, "invalid duration `soon`");
        await FailsAsync("prune --force --max-used-space 1XB", ExitCode.Usage, "invalid size `1XB`");
        Assert.StartsWith("Total reclaimed space: ", await RunAsync("prune --all --force"), StringComparison.Ordinal);
        Assert.Contains("app", await RunAsync("images"), StringComparison.Ordinal);
        _around.IsTerminal = true;
        _around.Input = "n\n"u8.ToArray();
        Assert.Empty(await RunAsync("prune --all"));
    }

    [Fact]
    public async Task Du_says_what_takes_room_and_what_may_go()
    {
        await AddImageAsync("app:1.0");
        var table = await RunAsync("du");
        Assert.Matches(@"^ID +RECLAIMABLE +SIZE +LAST USED\n", table);
        Assert.Matches(@"Reclaimable: +0B\nTotal: +[0-9.]+kB\n$", table);
        Assert.Contains("\"Type\":\"regular\"", await RunAsync("du --format json"), StringComparison.Ordinal);
        Assert.Contains("Shared:       true\n", await RunAsync("du --verbose --filter type=regular"), StringComparison.Ordinal);
        await RunAsync("rmi app:1.0");
        Assert.DoesNotMatch(@"Reclaimable: +0B\n", await RunAsync("du"));
        Assert.Equal("Total reclaimed space: 0B\n", await RunAsync("prune --force --filter until=1h"));
        Assert.Equal("Total reclaimed space: 0B\n", await RunAsync("prune --force --keep-storage 1GB"));
        Assert.DoesNotContain(" 0B", await RunAsync("prune --force"), StringComparison.Ordinal);
        Assert.Matches(@"Total: +0B\n$", await RunAsync("du"));
    }

    [Fact]
    public async Task Fsck_finds_damage_and_removes_it()
    {
        await AddImageAsync("app:1.0");
        Assert.Empty(await RunAsync("fsck --deep"));
        var blob = Directory.GetFiles(_around.Directory["store/blobs/sha256"]).OrderByDescending(f => new FileInfo(f).Length).First();
        var bytes = File.ReadAllBytes(blob);
        bytes[0] ^= 1;
        File.WriteAllBytes(blob, bytes);
        var (code, output) = await StartAsync("fsck");
        Assert.Equal(ExitCode.Store, code);
        Assert.Contains("is damaged: its bytes do not hash to its name", output, StringComparison.Ordinal);
        (code, output) = await StartAsync("fsck --repair");
        Assert.Equal(ExitCode.Store, code);
        Assert.Contains("app:1.0 is not whole", output, StringComparison.Ordinal);
        await RunAsync("rmi app:1.0");
        Assert.Empty(await RunAsync("fsck"));
    }

    [Theory]
    [InlineData("save -o no/where.tar app:1.0", ExitCode.Output, "its directory is not there")]
    [InlineData("load -i nothing.tar", ExitCode.Usage, "`nothing.tar` is not there")]
    [InlineData("load -i text", ExitCode.Source, "text")]
    [InlineData("inspect nothing", ExitCode.Usage, "there is no image `nothing`")]
    [InlineData("tag app:1.0", ExitCode.Usage, "needs an image and a name")]
    [InlineData("pull app@sha256:0000000000000000000000000000000000000000000000000000000000000000", ExitCode.Usage, "an image without a tag has no name in the store")]
    [InlineData("--root text images", ExitCode.Store, "")]
    public async Task What_goes_wrong_has_its_exit_code(string line, int code, string message)
    {
        await AddImageAsync("app:1.0");
        _around.Directory.Write("text", "no archive");
        await FailsAsync(line, code, message);
    }

    private async Task<string> RunAsync(string line)
    {
        var (code, output) = await StartAsync(line);
        Assert.True(code == 0, _around.Error.ToString());
        return output;
    }

    private async Task FailsAsync(string line, int code, string message)
    {
        _around.Error.GetStringBuilder().Clear();
        var (actual, _) = await StartAsync(line);
        Assert.Contains(message, _around.Error.ToString(), StringComparison.Ordinal);
        Assert.True(actual == code, $"{actual}: {_around.Error}");
    }

    private async Task<(int Code, string Output)> StartAsync(string line)
    {
        _around.Environment["CSBUILD_ROOT"] = _around.Directory["store"];
        _around.Output.GetStringBuilder().Clear();
        var code = await new Tool(_around.Surroundings).RunAsync(line.Split(' '), CancellationToken.None);
        return (code, _around.Output.ToString());
    }

    private async Task<Digest> AddImageAsync(string name, string author = "")
    {
        var store = ImageStore.Open(_around.Directory["store"]);
        var tar = new byte[1024];
        var layer = await store.Content.AddAsync(MediaTypes.OciLayer, tar, CancellationToken.None);
        var config = await store.Content.AddAsync(MediaTypes.OciConfig, OciJson.Write(Config(new DiffId(Digest.Of(tar))) with { Author = author.Length == 0 ? null : author }), CancellationToken.None);
        var manifest = new ImageManifest { MediaType = MediaTypes.OciManifest, Config = config, Layers = [layer] };
        store.Tags.Set(ImageReference.Parse(name), await store.Content.AddAsync(MediaTypes.OciManifest, OciJson.Write(manifest), CancellationToken.None));
        await store.Content.SyncAsync(CancellationToken.None);
        return config.Digest;
    }

    private static ImageConfig Config(DiffId layer) => new()
    {
        Architecture = "amd64",
        Os = "linux",
        Created = "2026-01-02T03:04:05Z",
        RootFs = new RootFs { DiffIds = [layer] },
        Config = new ContainerConfig { Env = ["PATH=/bin"], Cmd = ["sh"] },
        History =
        [
            new HistoryEntry { Created = "2026-01-02T03:04:05Z", CreatedBy = "RUN /bin/sh -c make a thing with a long name of its own # buildkit", Comment = "csbuild.dockerfile.v0" },
            new HistoryEntry { Created = "2026-01-02T03:04:05Z", CreatedBy = "CMD [\"sh\"]", EmptyLayer = true, Comment = "csbuild.dockerfile.v0" },
        ],
    };
}
