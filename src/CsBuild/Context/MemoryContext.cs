using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// Files that exist only in memory: the heredocs of a COPY, or no file at all. Each stands in the root, belongs to
/// root and has mode 0644.
/// </summary>
public sealed class MemoryContext : IFileSource
{
    private const int FileMode = 0x1A4;

    /// <summary>Makes a source; a later file of the same name takes the place of an earlier one.</summary>
    /// <param name="files">Names without a slash, and contents.</param>
    /// <param name="time">The time of last change of all of them.</param>
    public MemoryContext(IEnumerable<KeyValuePair<string, byte[]>> files, UnixTime time = default)
    {
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, content) in files)
        {
            if (name.Length == 0 || name is "." or ".." || name.Contains('/', StringComparison.Ordinal))
                throw new ContextException($"`{name}` cannot be the name of a file");
            contents[name] = content;
        }
        Tree = new FileTree(FileTrees.Root(root => Nodes(contents, root, time)));
    }

    private static IEnumerable<FileNode> Nodes(SortedDictionary<string, byte[]> contents, FileNode root, UnixTime time)
    {
        foreach (var (name, content) in contents)
            yield return new FileNode(name, root, Entry(name, content, time), content);
    }

    /// <summary>A context without any file.</summary>
    public static MemoryContext Empty() => new([]);

    /// <inheritdoc/>
    public FileTree Tree { get; }

    /// <inheritdoc/>
    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) => ValueTask.FromResult(file.Entry.Content);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new MemoryStream((byte[])file.Origin!, writable: false));

    private static LayerEntry Entry(string name, byte[] content, UnixTime time) => new()
    {
        Path = name,
        Type = EntryType.File,
        Mode = FileMode,
        Size = content.Length,
        Mtime = time,
        Content = Sha256Hash.Of(content),
    };
}
