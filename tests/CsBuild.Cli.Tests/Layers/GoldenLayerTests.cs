using System.Diagnostics;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing.Hostile;

namespace CsBuild.Cli.Tests.Layers;

/// <summary>A build is a function. One context with every kind of entry, built by the tool in surroundings of all kinds.</summary>
public sealed class GoldenLayerTests : IDisposable
{
    private const string Dockerfile = "FROM scratch\nCOPY --chmod=u=rwX,go=rX tree /copied\nADD every.tar /added/\nCOPY <<E /heredoc\nx\nE\nWORKDIR /w\nENV A=B\n";

    private readonly TempDirectory _temporary = new();

    public void Dispose()
    {
        // What another user made is only root's to remove.
        using var chmod = Process.Start("/bin/chmod", ["-R", "u+rwX", _temporary.Path])!;
        chmod.WaitForExit();
        _temporary.Dispose();
    }

    [SkippableFact]
    public async Task R39_the_same_layer_at_any_thread_count_from_any_folder_as_anybody()
    {
        Needs.Linux();
        var first = Context("one");
        var second = Context("a folder/with another name");
        var golden = await BuildAsync("golden", first, []);
        Golden.Verify(golden);

        Assert.Equal(golden, await BuildAsync("1 thread", second, new() { ["DOTNET_PROCESSOR_COUNT"] = "1", ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8", ["TZ"] = "Asia/Kathmandu" }));
        Assert.Equal(golden, await BuildAsync("8 threads", first, new() { ["DOTNET_PROCESSOR_COUNT"] = "8", ["LC_ALL"] = "ar_SA", ["TZ"] = "<x>+13:37" }, umask: "077"));
        Assert.Equal(golden, await BuildAsync("culture", second, new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0", ["LANG"] = "th_TH.UTF-8", ["TZ"] = "" }, umask: "000"));
        if (Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"))
            Assert.Equal(golden, await BuildAsync("nobody", second, new() { ["DOTNET_CLI_HOME"] = "/nowhere" }, user: 65534));
    }

    // The tree is made from a tar that no code of ours wrote, so that every bit and nanosecond is given.
    private string Context(string name)
    {
        var tar = Needs.Program("/bin/tar", "/usr/bin/tar");
        var context = _temporary[name];
        Directory.CreateDirectory(Path.Combine(context, "tree"));
        var tree = new RawTar()
            .Add("d/", '5', edit: b => Put(b, 100, "0001755")).Pax(("mtime", "1600000000.123456789")).Add("d/file", content: "x"u8.ToArray()).Add("d/hard", '1', "d/file")
            .Add("d/link", '2', "../elsewhere").Add("pipe", '6').Pax(("mtime", "-1")).Add("old", edit: b => Put(b, 100, "0004755")).Add("\u00ff\n").Add("B").Add("a").Add("İı", edit: null)
            .Pax(("path", "l/" + new string('n', 200))).Add("l").Pax(("path", string.Concat(Enumerable.Repeat("deep/", 100)) + "f")).Add("f", content: new byte[70_000]);
        for (var i = 0; i < 300; i++)
            tree.Add($"many/{i}", content: [(byte)i]);
        foreach (var directory in new[] { "./", "many/", "l/" })
            tree.Add(directory, '5', edit: b => Put(b, 100, "0000755"));
        File.WriteAllBytes(_temporary["tree.tar"], tree.End().ToArray());
        using var process = Process.Start(new ProcessStartInfo(tar, ["--no-same-owner", "--warning=no-timestamp", "-p", "-C", Path.Combine(context, "tree"), "-xf", _temporary["tree.tar"]]) { Environment = { ["LC_ALL"] = "C" } })!;
        process.WaitForExit();
        Skip.If(process.ExitCode != 0, "the file system cannot hold these files");
        // Times of directories that tar had no line for are those of the extraction.
        Shell($"find '{context}' -type d -exec touch -h -d @1500000000.5 {{}} +; chmod 755 '{_temporary.Path}' '{context}'");
        File.WriteAllBytes(Path.Combine(context, "every.tar"), new RawTar()
            .Add("null", '3', edit: b => { Put(b, 329, "0000001"); Put(b, 337, "0000003"); }).Add("sda", '4', edit: b => Put(b, 329, "0000010"))
            .Pax(("SCHILY.xattr.security.capability", "\u0001\0\0\u0002"), ("SCHILY.xattr.user.x", "")).Add("caps", content: "c"u8.ToArray()).Add("hard", '1', "caps")
            .Pax(("uid", "3000000"), ("gid", "4294967294"), ("mtime", "4611686018427387904.5")).Add("far").Add("d/.wh.gone").Add("d/.wh..wh..opq").Add("d/", '5').End().ToArray());
        File.WriteAllText(Path.Combine(context, "Dockerfile"), Dockerfile);
        return context;
    }

    private async Task<string> BuildAsync(string name, string context, Dictionary<string, string> environment, string umask = "022", int? user = null)
    {
        var store = _temporary["store " + name];
        Directory.CreateDirectory(store);
        var tool = Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli.dll");
        var asUser = user is { } id ? $"setpriv --reuid {id} --regid {id} --clear-groups " : "";
        if (user is { } owner)
            Shell($"chown {owner}:{owner} '{store}'");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"umask {umask}; exec {asUser}\"$@\"", "sh", Environment.ProcessPath!, tool, "--root", store, "--platform", "linux/amd64", "--progress", "plain", "-t", "x", context])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{name}: {error}{await output}");
        if (user is not null)
            Shell($"chown -R 0:0 '{store}'");
        var opened = ImageStore.Open(store);
        var image = opened.Tags.List().Single().Image;
        var manifest = OciJson.Read<ImageManifest>(await opened.Content.ReadDocumentAsync(image, default));
        return string.Join('\n', manifest.Layers.Select(l => $"{l.Digest} {l.Size}").Prepend($"config {manifest.Config.Digest}").Prepend($"image {image.Digest}"));
    }

    private static void Put(byte[] block, int at, string octal) => System.Text.Encoding.ASCII.GetBytes(octal + "\0").CopyTo(block, at);

    private static void Shell(string script)
    {
        using var shell = Process.Start("/bin/sh", ["-ec", script])!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
