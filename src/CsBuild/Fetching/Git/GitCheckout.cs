using CsBuild.Context;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Fetching.Git;

/// <summary>
/// The files of a commit with those of its submodules in their places, as a source of files: modes 0644 and 0755, root's,
/// all as old as the commit. Nothing of it depends on where or when it was checked out.
/// </summary>
internal sealed class GitCheckout : IFileSource, IDisposable
{
    private const int DirectoryMode = 0x1ED;
    private const int FileMode = 0x1A4;
    private const int Execute = 0x49;
    private const string GitDirectory = ".git";

    private readonly IReadOnlyDictionary<string, GitWorkTree> _parts;
    private readonly ScratchDirectory _directory;
    private readonly UnixTime _time;
    private readonly bool _keepGitDirectory;

    /// <param name="parts">By path in the outermost repository, which is the empty path. Owned from now on.</param>
    /// <param name="time">The time of everything.</param>
    /// <param name="source">Says which directory counts.</param>
    /// <param name="keepGitDirectory">The outermost <c>.git</c> is one of the files.</param>
    /// <param name="directory">What holds all parts; disposed in the end.</param>
    /// <exception cref="FetchException">The directory is not there, or something on the way is a link.</exception>
    public GitCheckout(IReadOnlyDictionary<string, GitWorkTree> parts, UnixTime time, GitSource source, bool keepGitDirectory, ScratchDirectory directory)
    {
        _parts = parts;
        _directory = directory;
        _time = time;
        _keepGitDirectory = keepGitDirectory;
        var (owner, node) = Find(source);
        Tree = new FileTree(Wrap(node, owner, null, source.Subdirectory));
    }

    public FileTree Tree { get; }

    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) =>
        Origin(file).Owner.HashAsync(Origin(file).Node, cancellationToken);

    public ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken) =>
        Origin(file).Owner.OpenReadAsync(Origin(file).Node, cancellationToken);

    public void Dispose()
    {
        foreach (var part in _parts.Values)
            part.Dispose();
        _directory.Dispose();
    }

    private static (FileNode Node, DirectoryContext Owner) Origin(FileNode file) => ((FileNode, DirectoryContext))file.Origin!;

    private (DirectoryContext Owner, FileNode Node) Find(GitSource source)
    {
        var owner = _parts[""].Files;
        var node = owner.Tree.Root;
        var path = "";
        foreach (var name in source.Subdirectory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = path.Length == 0 ? name : path + "/" + name;
            node = node.Child(name);
            if (path == GitDirectory || node is null)
                throw new FetchException($"{source.Remote} has no directory {path}");
            if (!node.IsDirectory)
                throw new FetchException($"invalid subdir {source.Subdirectory}: {path} is no directory");
            if (_parts.TryGetValue(path, out var part))
                (owner, node) = (part.Files, part.Files.Tree.Root);
        }
        return (owner, node);
    }

    private FileNode Wrap(FileNode node, DirectoryContext owner, FileNode? parent, string path)
    {
        var entry = node.Entry with { Mtime = _time, Mode = Mode(node.Entry) };
        return new FileNode(parent is null ? "" : node.Name, parent, entry, (node, owner), made => Children(node, owner, made, path));
    }

    private IEnumerable<FileNode> Children(FileNode node, DirectoryContext owner, FileNode made, string path)
    {
        foreach (var child in node.Children)
        {
            var childPath = path.Length == 0 ? child.Name : path + "/" + child.Name;
            if (child.Name == GitDirectory && node.Parent is null && !(_keepGitDirectory && path.Length == 0))
                continue;
            yield return _parts.TryGetValue(childPath, out var part) && child.IsDirectory
                ? Graft(child.Name, part, made, childPath)
                : Wrap(child, owner, made, childPath);
        }
    }

    private FileNode Graft(string name, GitWorkTree part, FileNode parent, string path)
    {
        var root = part.Files.Tree.Root;
        var entry = root.Entry with { Mtime = _time, Mode = DirectoryMode };
        return new FileNode(name, parent, entry, (root, part.Files), made => Children(root, part.Files, made, path));
    }

    private static int Mode(LayerEntry entry) => entry.Type switch
    {
        EntryType.Directory => DirectoryMode,
        EntryType.File => (entry.Mode & Execute) != 0 ? DirectoryMode : FileMode,
        _ => entry.Mode,
    };
}
