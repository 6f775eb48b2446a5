using CsBuild.Oci.Layers;
using static CsBuild.Oci.Tests.Layers.Fixture;

namespace CsBuild.Oci.Tests.Layers;

public class FileTreeTests
{
    [Fact]
    public void Whiteouts_hide_lower_layers_only_wherever_they_stand()
    {
        var tree = Tree([Dir("a"), File("a/x", 1), File("a/y", 1), File("b")], [File("a/x", 2), Whiteout("a/x"), Whiteout("b"), Opaque("a"), File("a/z")]);
        Assert.Equal(["a Directory  0", "a/x File  2", "a/z File  0"], Show(tree));
    }

    [Fact]
    public void A_directory_keeps_its_children_and_takes_new_metadata_unless_something_else_was_there()
    {
        var tree = Tree([Dir("a"), File("a/x"), File("b"), Dir("c"), File("c/x"), Symlink("d", "a")], [Dir("a", 0x1C0), Dir("b"), File("b/y"), File("c"), Dir("d")]);
        Assert.Equal(["a Directory  0", "a/x File  0", "b Directory  0", "b/y File  0", "c File  0", "d Directory  0"], Show(tree));
        Assert.Equal(0x1C0, tree.Find("a")!.Entry.Mode);
    }

    [Fact]
    public void Missing_parents_are_directories_of_root()
    {
        var tree = Tree([File("a/b/c") with { Uid = 7 }]);
        Assert.Equal((0x1ED, 0u), (tree.Find("a/b")!.Entry.Mode, tree.Find("a/b")!.Entry.Uid));
        Assert.Equal("a/b", tree.Find("a/b")!.Entry.Path);
    }

    [Fact]
    public void Hard_links_share_the_file_across_layers()
    {
        var (lower, lowerIndex) = Layer(File("a", 3), Hardlink("b", "a"));
        var tree = FileTree.Merge([(lower, lowerIndex), Layer(Hardlink("c", "b"), Whiteout("a"))]);
        Assert.Null(tree.Find("a"));
        Assert.Same(tree.Find("b")!.Entry, tree.Find("c")!.Entry);
        Assert.Equal(EntryType.File, tree.Find("c")!.Entry.Type);
        Assert.Same(lower, tree.Find("c")!.Origin);
    }

    [Fact]
    public void S4_hard_links_forward_and_through_a_link_work_others_are_refused()
    {
        var tree = Tree([Hardlink("a", "z"), File("z", 4), Dir("d"), Symlink("l", "/d"), File("d/f", 5), Hardlink("h", "l/f")]);
        Assert.Equal(4, tree.Find("a")!.Entry.Size);
        Assert.Equal(5, tree.Find("h")!.Entry.Size);
        Assert.Throws<InvalidDataException>(() => Tree([Hardlink("a", "a")]));
        Assert.Throws<InvalidDataException>(() => Tree([Hardlink("a", "nothing")]));
        Assert.Throws<InvalidDataException>(() => Tree([Dir("d"), Hardlink("a", "d")]));
    }

    [Fact]
    public void S2_entries_go_through_links_inside_the_root()
    {
        var tree = Tree(
            [Dir("usr"), Dir("usr/bin"), Symlink("bin", "usr/bin"), Symlink("up", "../../../usr"), Symlink("abs", "/made/here"), Symlink("loop", "loop")],
            [File("bin/sh"), File("up/x"), File("abs/y"), Whiteout("bin/none")],
            [Whiteout("bin/sh")]);
        Assert.NotNull(tree.Find("usr/x"));
        Assert.NotNull(tree.Find("made/here/y"));
        Assert.Null(tree.Find("usr/bin/sh"));
        Assert.Equal(EntryType.Symlink, tree.Find("bin", followLast: false)!.Entry.Type);
        Assert.Throws<InvalidDataException>(() => Tree([Symlink("loop", "loop"), File("loop/x")]));
        Assert.Throws<InvalidDataException>(() => Tree([File("f"), File("f/x")]));
    }

    [Fact]
    public void S3_the_habits_of_distributions_work()
    {
        var tree = Tree(
            [Dir("bin"), File("bin/sh"), Dir("run"), Dir("usr"), Dir("usr/bin"), Dir("var"), Symlink("var/run", "/run"), Dir("old"), File("old/x")],
            [Symlink("bin", "usr/bin"), File("usr/bin/sh", 2), Hardlink("usr/bin/dash", "usr/bin/sh")],
            [File("bin/new"), File("var/run/pid"), Hardlink("bin/ash", "bin/dash"), Symlink("old", "run"), File("old/y")]);
        Assert.Equal(["ash", "dash", "new", "sh"], tree.Find("usr/bin")!.Children.Select(c => c.Name));
        Assert.Equal(["pid", "y"], tree.Find("run")!.Children.Select(c => c.Name));
        Assert.Equal(2, tree.Find("/bin/ash")!.Entry.Size);
        Assert.Null(tree.Find("old/x"));
    }

    [Fact]
    public void S5_a_whiteout_of_a_link_removes_the_link_and_not_its_target()
    {
        var tree = Tree([Dir("d"), File("d/f"), Symlink("l", "/d")], [Whiteout("l")]);
        Assert.Equal(["d Directory  0", "d/f File  0"], Show(tree));
        Assert.Empty(Tree([Dir("d"), File("d/f")], [Opaque("")]).Root.Children);
    }

    [Theory]
    [InlineData("/l/f", "d/f")]
    [InlineData("l/../d", "d")]
    [InlineData("../../d/./f/", "d/f")]
    [InlineData("deep/../../up/f", "d/f")]
    [InlineData("", "")]
    [InlineData("d/f/x", null)]
    [InlineData("d/f/..", null)]
    [InlineData("none/../d", null)]
    [InlineData("dangling", null)]
    public void Find_walks_as_the_kernel_does(string path, string? found)
    {
        var tree = Tree([Dir("d"), File("d/f"), Symlink("l", "d"), Dir("deep"), Symlink("up", "../../d"), Symlink("dangling", "/no/where")]);
        Assert.Equal(found, tree.Find(path)?.Path);
    }

    [Theory]
    [InlineData("/l/new", true, "d/new")]
    [InlineData("dangling/x", true, "no/where/x")]
    [InlineData("dangling", true, "no/where")]
    [InlineData("dangling", false, "dangling")]
    [InlineData("l/", false, "l")]
    [InlineData("new/../../other", true, "other")]
    [InlineData("a/up/../x", true, "x")]
    [InlineData("/", true, "")]
    public void Resolve_says_where_a_file_would_be(string path, bool followLast, string expected)
    {
        var tree = Tree([Dir("d"), Symlink("l", "d"), Dir("a"), Symlink("a/up", "../d"), Symlink("dangling", "/no/where")]);
        Assert.Equal(expected, tree.Resolve(path, followLast));
    }

    [Fact]
    public void Forty_links_are_followed_and_no_more()
    {
        FileTree Chain(int count) => Tree([.. Enumerable.Range(0, count).Select(i => Symlink($"l{i:d3}", i + 1 < count ? $"l{i + 1:d3}" : "f")), File("f")]);
        Assert.NotNull(Chain(40).Find("l000"));
        Assert.Throws<InvalidDataException>(() => Chain(41).Find("l000"));
        Assert.Equal("f", Chain(40).Resolve("l000"));
        Assert.Throws<InvalidDataException>(() => Chain(41).Resolve("l000"));
    }

    [Fact]
    public void Children_come_in_ordinal_order_however_they_were_added()
    {
        var names = Enumerable.Range(0, 500).Select(i => $"n{i * 7919 % 500:d3}").ToArray();
        var tree = Tree([.. names.Select(n => File(n))], [Whiteout("n007")]);
        Assert.Equal(names.Where(n => n != "n007").Order(StringComparer.Ordinal), tree.Root.Children.Select(c => c.Name));
        Assert.Equal(499, tree.Root.Children.Count);
    }

    [Fact]
    public void Children_are_loaded_once_and_by_need()
    {
        var loads = 0;
        var root = new FileNode("", null, Dir(""), null, parent =>
        {
            Interlocked.Increment(ref loads);
            return [new FileNode("a", parent, File("a"))];
        });
        Assert.Equal(0, loads);
        Parallel.For(0, 16, _ => Assert.NotNull(new FileTree(root).Find("a")));
        Assert.Equal(1, loads);
    }
}
