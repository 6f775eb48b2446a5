using CsBuild.Oci.Layers;

namespace CsBuild.Context;

/// <summary>A path of a directory, and what the ignore file says about it.</summary>
/// <param name="Path">Relative to the context.</param>
/// <param name="Type">What is there.</param>
/// <param name="Size">In bytes; 0 for what is no file.</param>
/// <param name="Rule">The rule that decided, or null where none matches.</param>
/// <param name="IsIgnored">True: no build sees it. Of a directory nothing below it is looked at then.</param>
public sealed record ContextItem(string Path, EntryType Type, long Size, IgnoreRule? Rule, bool IsIgnored);

/// <summary>
/// What a build sees of a directory, and why: files and links in ordinal order, and what is left out as high up as that is
/// decided.
/// </summary>
public sealed class ContextListing : IDisposable
{
    private readonly DirectoryContext _directory;

    private ContextListing(DirectoryContext directory, IgnoreFile ignore)
    {
        _directory = directory;
        Ignore = ignore;
    }

    /// <summary>The rules.</summary>
    public IgnoreFile Ignore { get; }

    /// <summary>Opens a directory; nothing is listed yet.</summary>
    /// <exception cref="ContextException">There is no such directory, or it may not be read.</exception>
    public static ContextListing Open(string path, IgnoreFile ignore) => new(DirectoryContext.Open(path, IgnoreFile.Empty), ignore);

    /// <summary>All of it, read as it is asked for.</summary>
    /// <exception cref="ContextException">A directory may not be read.</exception>
    public IEnumerable<ContextItem> Items() => Below(_directory.Tree.Root, "", Ignore.Root);

    /// <summary>One path, whether it is there or not.</summary>
    /// <returns>Its item, and whether it is there.</returns>
    public (ContextItem Item, bool Exists) Find(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != ".").ToArray();
        FileNode? node = _directory.Tree.Root;
        var state = Ignore.Root;
        for (var i = 0; i < names.Length; i++)
        {
            node = node?.Child(names[i]);
            state = state.Enter(string.Join('/', names[..(i + 1)]));
        }
        return (new ContextItem(string.Join('/', names), node?.Entry.Type ?? default, node?.Entry.Size ?? 0, state.By, state.IsIgnored), node is not null);
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private static IEnumerable<ContextItem> Below(FileNode directory, string prefix, IgnoreState above)
    {
        foreach (var node in directory.Children)
        {
            var path = prefix + node.Name;
            var state = above.Enter(path);
            if (!node.IsDirectory || (state.IsIgnored && !state.MayIncludeBelow))
            {
                yield return new ContextItem(path, node.Entry.Type, node.Entry.Size, state.By, state.IsIgnored);
                continue;
            }
            foreach (var item in Below(node, path + "/", state))
                yield return item;
        }
    }
}
