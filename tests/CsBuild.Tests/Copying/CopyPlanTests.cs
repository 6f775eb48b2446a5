using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Testing;

namespace CsBuild.Tests.Copying;

/// <summary>
/// The listings were compared with the layers that Docker 28.5 made of the same copies (apart from --parents, which it
/// has not). They are equal but for the times of directories that the copy makes or changes: Docker's are of the clock.
/// </summary>
public sealed class CopyPlanTests
{
    private const string Script = """
        umask 022
        mkdir -p src/sub/deep
        echo 1 > src/f1; echo 22 > src/sub/f2; ln src/f1 src/sub/h1
        ln -s f1 src/l1; ln -s ../f1 src/sub/l2; ln -s src/f1 lf; ln -s src ld; ln -s /src/sub la; ln -s nope dangling
        mkfifo src/pipe
        chmod 2750 src/sub; chmod 700 src; chmod 4755 src/f1
        """;

    private static readonly string[] Base =
    [
        "d 1777 0:0 tmp", "d 755 0:0 e", "d 755 0:0 e/real", "f 644 0:0 e/real/f", "d 755 0:0 e/d", "l e/lf -> real/f",
        "l e/ld -> /e/real", "l e/d/f1 -> ../real/f", "l e/dangl -> nowhere", "l e/d/dir -> ../real", "d 755 0:0 e/dd2",
        "d 755 0:0 e/dd2/f1", "f 644 0:0 e/dd2/a", "d 755 0:0 e/dd3", "d 700 7:7 e/dd3/sub",
    ];

    [SkippableTheory]
    [InlineData("new-directories", "/x/y/", "src/f1")]
    [InlineData("existing-directory", "/tmp/", "src/f1")]
    [InlineData("existing-directory-without-slash", "/tmp", "src/f1")]
    [InlineData("directory-to-new", "/new", "src")]
    [InlineData("directory-to-existing", "/tmp", "src")]
    [InlineData("named-link-to-file", "/l/a", "lf")]
    [InlineData("named-link-to-directory", "/l/b", "ld")]
    [InlineData("named-absolute-link", "/l/c", "la")]
    [InlineData("wildcard-hits-are-followed", "/l/d/", "src/l*")]
    [InlineData("wildcard-directory", "/new5", "s*")]
    [InlineData("wildcard-nothing", "/new6/", "nothing*")]
    [InlineData("two-sources", "/new7/", "src/sub", "src/f1")]
    [InlineData("everything-to-root", "/", ".")]
    [InlineData("relative", "r/", "src/f1")]
    [InlineData("onto-link-to-file", "/e/lf", "src/f1")]
    [InlineData("link-inside-directory-is-replaced", "/e/d/", "src/f1")]
    [InlineData("link-named-is-written-through", "/e/d/f1", "src/f1")]
    [InlineData("link-to-directory", "/e/ld", "src/f1")]
    [InlineData("below-link-to-directory", "/e/ld/x/y", "src/f1")]
    [InlineData("dangling-link", "/e/dangl", "src/f1")]
    [InlineData("dangling-link-as-directory", "/e/dangl/", "src/f1")]
    [InlineData("directory-onto-link-to-directory", "/e/d/dir", "src")]
    [InlineData("nested-existing-directory", "/e/dd3/", "src")]
    [InlineData("climbing-out", "/../z", "../../src/../src/f1/")]
    public void Entries_are_those_of_docker(string name, string destination, params string[] words)
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        var options = new CopyOptions { Destination = destination, WorkingDirectory = "/w/d", MadeAt = new UnixTime(5) };
        Golden.Verify(rig.List(options, CopyRig.Stage(Base), words), name);
    }

    [SkippableTheory]
    [InlineData("chown-chmod", "640", false)]
    [InlineData("symbolic", "u=rwX,go=rX", false)]
    [InlineData("link", null, true)]
    public void Owners_and_modes_are_those_of_docker(string name, string? chmod, bool link)
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        var options = new CopyOptions
        {
            Destination = link ? "/e/ld/q/" : "/new2/n3",
            Chown = chmod == "640" ? (5, 6) : null,
            Chmod = chmod is null ? null : FileModeChange.Parse(chmod),
            Link = link,
        };
        Golden.Verify(rig.List(options, CopyRig.Stage(Base), "src"), name);
    }

    [SkippableTheory]
    [InlineData("/e/lf", "src", "cannot copy to non-directory: /e/real/f")]
    [InlineData("/e/dd2/", "src/f1", "cannot replace to directory /e/dd2/f1 with file")]
    [InlineData("/e/dd2/a", "src", "cannot copy to non-directory: /e/dd2/a")]
    [InlineData("/e/real/f/", "src/f1", "cannot copy to non-directory: /e/real/f")]
    [InlineData("/e/real/f/g", "src/f1", "cannot copy to non-directory: /e/real/f")]
    [InlineData("/e/d", "src*", null)]
    [InlineData("/z", "dangling", "\"/dangling\": not found")]
    [InlineData("/z", "dang*", "\"/dangling\": not found")]
    [InlineData("/z", "src/nofile", "\"/src/nofile\": not found")]
    [InlineData("/z", "src/f1/x", "\"/src/f1/x\": not found")]
    public void What_cannot_be_copied_is_said(string destination, string word, string? message)
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        var copy = () => rig.PlanToTheEnd(new CopyOptions { Destination = destination }, CopyRig.Stage(Base), word);
        if (message is null)
            copy();
        else
            Assert.Equal(message, Assert.Throws<CopyException>(copy).Message);
    }

    [SkippableFact]
    public void Directories_are_put_together_and_of_one_name_the_last_file_counts()
    {
        Needs.Linux();
        using var rig = new CopyRig("mkdir -p a/d a/e b/d c/d-x c/d; echo 1 > a/x; echo 22 > b/x; touch a/d/1 c/d/2 b/d/3 c/d-x/y a/e/z; echo 333 > x; chmod 700 c/d; mkdir w; touch w/d");
        var options = new CopyOptions { Destination = "/z/" };
        Assert.Equal("z z/d:700 z/d/1 z/d/2 z/d/3 z/d-x z/d-x/y z/e z/e/z z/x=3", Show("a", "b", "c"));
        Assert.Equal("z z/d:755 z/d/1 z/d/2 z/d/3 z/d-x z/d-x/y z/e z/e/z z/x=2", Show("c", "b", "a"));
        Assert.Equal("z z/d:755 z/d/1 z/e z/e/z z/x=4", Show("a", "x"));
        Assert.Equal("z z/d:755 z/d/1 z/e z/e/z z/x=2", Show("x", "a"));
        Assert.Equal("cannot replace to directory /z/d with file", Clash("a", "w"));
        Assert.Equal("cannot copy to non-directory: /z/d", Clash("w", "a"));
        Assert.Equal("cannot replace to directory /z/d with file", Clash("a", "w/d"));
        Assert.Equal("cannot copy to non-directory: /z/d", Clash("w/d", "a"));

        string Show(params string[] words) => string.Join(' ', rig.Plan(options, null, words).Entries.Select(e => e.Entry.Path switch
        {
            "z/d" => $"z/d:{Convert.ToString(e.Entry.Mode, 8)}",
            "z/x" => $"z/x={e.Entry.Size}",
            var path => path,
        }));

        string Clash(params string[] words) => Assert.Throws<CopyException>(() => rig.PlanToTheEnd(options, null, words)).Message;
    }

    [SkippableFact]
    public void Several_files_do_not_overwrite_one_another()
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        Assert.Throws<CopyException>(() => rig.Plan(new CopyOptions { Destination = "/z" }, null, "src/f1", "src/sub/f2"));
        rig.Plan(new CopyOptions { Destination = "/e/ld" }, CopyRig.Stage(Base), "src/f1", "src/sub/f2");
        rig.Plan(new CopyOptions { Destination = "." }, null, "src/f1", "src/sub/f2");
    }

    [SkippableFact]
    public void No_time_is_later_than_the_limit()
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        var plan = rig.Plan(new CopyOptions { Destination = "/a/b", LatestTime = new UnixTime(77), MadeAt = new UnixTime(99) }, null, "src");
        Assert.All(plan.Entries, e => Assert.Equal(new UnixTime(77), e.Entry.Mtime));
    }

    [SkippableFact]
    public void A_missing_source_gets_a_hint()
    {
        Needs.Linux();
        using var rig = new CopyRig("mkdir src; echo > src/Program.cs; echo > secret", "secret");
        Assert.Equal("did you mean `src/Program.cs`?", Hint("src/program.cs"));
        Assert.Equal("the ignore file:1 leaves it out: `secret`", Hint("secret"));
        Assert.Null(Hint("nothing-like-it"));
        string? Hint(string word) => Assert.Throws<CopyException>(() => SourceSelection.Select(rig.Context, [word])).Hint;
    }

    [SkippableTheory]
    [InlineData("parents", "/par/", "src/sub/f2", "src/./sub/h1")]
    [InlineData("parents-directory", "/par2/", "src")]
    [InlineData("parents-wildcard", "/par3/", "**/f*")]
    [InlineData("parents-pivot-wildcard", "/par4/", "./s*/./*")]
    public void Parents_are_kept(string name, string destination, params string[] words)
    {
        Needs.Linux();
        using var rig = new CopyRig(Script);
        var plan = CopyPlan.Create([SourceSelection.Select(rig.Context, words, parents: true)], null, new CopyOptions { Destination = destination });
        Golden.Verify(LayerListing.Of(plan.Entries.Select(e => e.Entry)), name);
    }

    [SkippableFact]
    public void Excluded_files_are_left_out()
    {
        Needs.Linux();
        using var rig = new CopyRig("mkdir -p dir/sub/x; echo > dir/a; echo > dir/b.md; echo > dir/sub/c; echo > dir/sub/keep");
        Assert.Equal("/z /z/a /z/sub /z/sub/c /z/sub/keep /z/sub/x", Names("dir", "*.md"));
        Assert.Equal("/z /z/a /z/b.md", Names("dir", "sub"));
        Assert.Equal("/z /z/b.md /z/sub /z/sub/keep", Names("dir", "**", "!b.md", "!sub/keep"));
        string Names(string word, params string[] exclude)
        {
            var selection = SourceSelection.Select(rig.Context, [word], exclude: IgnoreFile.FromPatterns(exclude));
            return string.Join(' ', CopyPlan.Create([selection], null, new CopyOptions { Destination = "/z" }).Entries.Select(e => "/" + e.Entry.Path));
        }
    }
}
