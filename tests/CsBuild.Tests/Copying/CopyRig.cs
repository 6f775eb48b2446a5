using System.Diagnostics;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Testing;

namespace CsBuild.Tests.Copying;

/// <summary>A context made by a shell script, a stage's tree from a listing, and a copy between them.</summary>
internal sealed class CopyRig : IDisposable
{
    /// <summary>The time of what the script makes: 2020-01-02T03:04:05.</summary>
    public const string Stamp = "202001020304.05";

    private readonly TempDirectory _directory = new();

    public CopyRig(string script, string ignore = "")
    {
        Shell(script + $"\nfind . -exec touch -h -t {Stamp} {{}} +", _directory.Path);
        Context = DirectoryContext.Open(_directory.Path, IgnoreFile.Parse(ignore));
    }

    public DirectoryContext Context { get; }

    public string Path => _directory.Path;

    /// <summary>Lines like <c>d 755 7:7 e/real</c> or <c>l e/ld -&gt; /e/real</c>.</summary>
    public static FileTree Stage(params string[] lines)
    {
        var root = new FileNode("", null, new LayerEntry { Path = "", Type = EntryType.Directory, Mode = 0x1ED });
        var made = new Dictionary<string, List<FileNode>>(StringComparer.Ordinal) { [""] = [] };
        var nodes = new Dictionary<string, FileNode>(StringComparer.Ordinal);
        root = new FileNode("", null, root.Entry, null, _ => made[""]);
        nodes[""] = root;
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            var path = words[0] == "l" ? words[1] : words[3];
            var slash = path.LastIndexOf('/');
            var (parent, name) = slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
            made[path] = [];
            var node = new FileNode(name, nodes[parent], Entry(words, path), null, _ => made[path]);
            made[parent].Add(node);
            nodes[path] = node;
        }
        return new FileTree(root);
    }

    public CopyPlan Plan(CopyOptions options, FileTree? stage, params string[] words) =>
        CopyPlan.Create([SourceSelection.Select(Context, words)], stage, options);

    /// <summary>As <see cref="Plan"/>, for what goes wrong only when the entries are asked for.</summary>
    public void PlanToTheEnd(CopyOptions options, FileTree? stage, params string[] words) => _ = Plan(options, stage, words).Entries.Count();

    public string List(CopyOptions options, FileTree? stage, params string[] words) =>
        LayerListing.Of(Plan(options, stage, words).Entries.Select(e => e.Entry));

    public static void Shell(string script, string directory)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-ec", script]) { WorkingDirectory = directory };
        start.Environment["TZ"] = "UTC";
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    public void Dispose()
    {
        Context.Dispose();
        _directory.Dispose();
    }

    private static LayerEntry Entry(string[] words, string path) => words[0] == "l"
        ? new LayerEntry { Path = path, Type = EntryType.Symlink, Mode = 0x1FF, LinkTarget = words[3] }
        : new LayerEntry
        {
            Path = path,
            Type = words[0] == "d" ? EntryType.Directory : EntryType.File,
            Mode = Convert.ToInt32(words[1], 8),
            Uid = uint.Parse(words[2].Split(':')[0]),
            Gid = uint.Parse(words[2].Split(':')[1]),
            Mtime = new UnixTime(1000),
        };
}
