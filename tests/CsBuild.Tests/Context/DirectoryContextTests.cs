using System.IO.Abstractions;
using System.Text;
using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using CsBuild.Tests.Copying;

namespace CsBuild.Tests.Context;

public sealed class DirectoryContextTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        // The framework cannot remove names that are no text.
        if (OperatingSystem.IsLinux())
            Make("rm -rf ./*");
        _directory.Dispose();
    }

    [SkippableFact]
    public void Everything_but_sockets_is_there_with_its_bits()
    {
        Needs.Linux();
        Make("mkdir d; echo 1 > d/f; chmod 4711 d/f; chmod 1750 d; ln -s 'no where' l; mkfifo p; touch -d '2001-02-03 04:05:06.123456789Z' d/f");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_directory["s"]));
        using var context = Open();
        Assert.Equal(["d", "l", "p"], context.Tree.Root.Children.Select(c => c.Name));
        var file = context.Tree.Find("d/f")!.Entry;
        Assert.Equal((Convert.ToInt32("4711", 8), 2L, 0u, new UnixTime(981173106, 123456789)), (file.Mode, file.Size, file.Uid, file.Mtime));
        Assert.Equal(Convert.ToInt32("1750", 8), context.Tree.Find("d")!.Entry.Mode);
        Assert.Equal("no where", context.Tree.Find("l", followLast: false)!.Entry.LinkTarget);
        Assert.Equal(EntryType.Fifo, context.Tree.Find("p")!.Entry.Type);
    }

    [SkippableFact]
    public async Task Names_that_are_no_text_can_be_listed_read_and_ignored()
    {
        Needs.Linux();
        Make("printf x > \"$(printf 'b\\377d')\"; mkdir \"$(printf '\\376')\"; printf yy > \"$(printf '\\376/a\\nb')\"; printf z > \"$(printf 'q\\377')\"");
        using var context = Open("q?");
        var file = Assert.Single(context.Tree.Root.Children, c => !c.IsDirectory);
        Assert.Equal([(byte)'b', 0xFF, (byte)'d'], PathBytes.Encode(file.Name));
        Assert.Equal("x", await ReadAsync(context, file));
        Assert.Equal("yy", await ReadAsync(context, context.Tree.Root.Children.Single(c => c.IsDirectory).Children.Single()));
    }

    [SkippableFact]
    public void Ignored_directories_are_not_even_opened()
    {
        Needs.Linux();
        Make("mkdir -p secret/deep a; echo > a/x");
        using var context = Open("secret");
        Directory.Delete(_directory["secret"], true);
        Assert.Null(context.Tree.Find("secret"));
        Assert.NotNull(context.Tree.Find("a/x"));
    }

    [SkippableFact]
    public void An_ignored_directory_shows_what_is_included_again_and_only_that()
    {
        Needs.Linux();
        Make("mkdir -p d/keep e/x; echo > d/keep/a; echo > d/other; echo > e/x/b");
        using var context = Open("d\ne\n!d/keep\n!e/*/nothing");
        Assert.Equal("d d/keep d/keep/a", string.Join(' ', Paths(context.Tree.Root)));
    }

    [SkippableFact]
    public void Names_of_one_file_share_their_entry()
    {
        Needs.Linux();
        Make("mkdir d; echo > a; ln a d/b; echo > c");
        using var context = Open();
        Assert.Same(context.Tree.Find("a")!.Entry, context.Tree.Find("d/b")!.Entry);
        Assert.NotSame(context.Tree.Find("a")!.Entry, context.Tree.Find("c")!.Entry);
    }

    [SkippableFact]
    public async Task A_component_that_becomes_a_link_leads_nowhere()
    {
        Needs.Linux();
        using var outside = new TempDirectory();
        outside.Write("f", "secret");
        Make("mkdir d; echo > d/f; mkdir e");
        using var context = Open();
        var file = context.Tree.Find("d/f")!;
        var directory = context.Tree.Find("e")!;
        Make($"mv d old; ln -s {outside.Path} d; rmdir e; ln -s {outside.Path} e");
        await Assert.ThrowsAsync<ContextException>(() => ReadAsync(context, file));
        Assert.Throws<ContextException>(() => directory.Children.Count);
    }

    [SkippableFact]
    public async Task A_file_that_becomes_a_pipe_or_changes_is_an_error_and_no_wait()
    {
        Needs.Linux();
        Make("echo > f; echo > g");
        using var context = Open();
        var (pipe, changed) = (context.Tree.Find("f")!, context.Tree.Find("g")!);
        Make("rm f; mkfifo f; echo more >> g");
        await Assert.ThrowsAsync<ContextException>(() => ReadAsync(context, pipe));
        await Assert.ThrowsAsync<ContextException>(async () => await context.HashAsync(changed, default));
    }

    [SkippableFact]
    public async Task An_unchanged_file_is_not_read_again()
    {
        Needs.Linux();
        using var store = new TempDirectory();
        Make("echo one > f; echo two > g");
        var later = new FixedClock(DateTimeOffset.UtcNow.AddSeconds(10));
        var hash = await HashAsync(store, "f", later);
        Assert.Equal(1, FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, later).Count);
        using (var context = DirectoryContext.Open(_directory.Path, IgnoreFile.Empty, FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, later)))
        {
            var node = context.Tree.Find("f")!;
            File.Delete(_directory["f"]);
            Assert.Equal(hash, await context.HashAsync(node, default));
        }
        Make("echo two > f");
        Assert.Equal(await HashAsync(store, "g", later), await HashAsync(store, "f", later));
    }

    [SkippableFact]
    public async Task A_file_that_was_just_written_is_not_remembered()
    {
        Needs.Linux();
        using var store = new TempDirectory();
        Make("echo one > f");
        await HashAsync(store, "f", TimeProvider.System);
        Assert.Equal(0, FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, TimeProvider.System).Count);
    }

    [SkippableFact]
    public async Task A_damaged_record_is_as_none()
    {
        Needs.Linux();
        using var store = new TempDirectory();
        Make("echo one > f");
        var later = new FixedClock(DateTimeOffset.UtcNow.AddSeconds(10));
        await HashAsync(store, "f", later);
        var file = Directory.GetFiles(store["csbuild/context"]).Single();
        var bytes = File.ReadAllBytes(file);
        Assert.NotNull(Known());
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x40;
            File.WriteAllBytes(file, bytes);
            Assert.Null(Known());
            bytes[i] ^= 0x40;
        }
        File.WriteAllBytes(file, bytes[..^1]);
        Assert.Null(Known());

        CsBuild.Oci.Model.Sha256Hash? Known()
        {
            using var digests = FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, later);
            using var context = DirectoryContext.Open(_directory.Path, IgnoreFile.Empty, digests);
            return context.KnownHash(context.Tree.Find("f")!);
        }
    }

    [SkippableFact]
    public async Task What_another_build_does_not_see_is_remembered_for_a_while()
    {
        Needs.Linux();
        using var store = new TempDirectory();
        Make("mkdir d e; echo 1 > d/one; echo 2 > d/two; echo 3 > e/three; ln d/one d/link; ln -s x d/symlink");
        var later = new FixedClock(DateTimeOffset.UtcNow.AddSeconds(10));
        await BuildAsync("");
        Assert.Equal(4, await BuildAsync("d/two\ne"));
        for (var i = 0; i < 8; i++)
        {
            File.WriteAllText(_directory["d/one"], $"{i}");
            Assert.Equal(4, await BuildAsync("d/two\ne"));
        }
        File.WriteAllText(_directory["d/one"], "x");
        Assert.Equal(2, await BuildAsync("d/two\ne"));

        // How many files were known before.
        async Task<long> BuildAsync(string ignore)
        {
            using var digests = FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, later);
            using var context = DirectoryContext.Open(_directory.Path, IgnoreFile.Parse(ignore), digests);
            foreach (var name in new[] { "d/link", "d/one", "d/two", "e/three" })
                if (context.Tree.Find(name) is { } file)
                    await context.HashAsync(file, default);
            digests.Save();
            return digests.Count;
        }
    }

    [Fact]
    public void A_missing_directory_is_said() =>
        Assert.Throws<ContextException>(() => DirectoryContext.Open(_directory["nothing"], IgnoreFile.Empty));

    private async Task<CsBuild.Oci.Model.Sha256Hash> HashAsync(TempDirectory store, string name, TimeProvider clock)
    {
        var digests = FileDigestCache.Open(new FileSystem(), store.Path, _directory.Path, clock);
        using var context = DirectoryContext.Open(_directory.Path, IgnoreFile.Empty, digests);
        var hash = await context.HashAsync(context.Tree.Find(name)!, default);
        digests.Save();
        return hash;
    }

    private static async Task<string> ReadAsync(DirectoryContext context, FileNode file)
    {
        await using var stream = await context.OpenReadAsync(file, default);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private static IEnumerable<string> Paths(FileNode node) =>
        node.Children.SelectMany(c => Paths(c).Prepend(c.Path));

    private void Make(string script) => CopyRig.Shell(script, _directory.Path);

    private DirectoryContext Open(string ignore = "") => DirectoryContext.Open(_directory.Path, IgnoreFile.Parse(ignore));

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
