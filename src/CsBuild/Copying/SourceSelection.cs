using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>One thing to copy: a file, or a directory whose contents are copied.</summary>
/// <param name="Word">The source word that it comes from, as given.</param>
/// <param name="Path">Where it was named, before links were followed; relative to the source's root.</param>
/// <param name="Node">What is there, links followed.</param>
/// <param name="Below">With <c>--parents</c>, the path under the destination that it keeps; else null.</param>
public sealed record SelectedItem(string Word, string Path, FileNode Node, string? Below)
{
    /// <summary>The name that a file gets in a directory.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Set where the file is an archive to be unpacked at the destination (ADD); see <see cref="ArchiveSet"/>.</summary>
    public ArchiveSource? Archive { get; init; }
}

/// <summary>
/// What the source words of a COPY or ADD mean in one source: literal paths and wildcards worked out against the
/// names that are there, in the order of the words.
/// </summary>
public sealed class SourceSelection
{
    private SourceSelection(IFileSource source, IReadOnlyList<SelectedItem> items, bool parents, IgnoreFile exclude)
    {
        Source = source;
        Items = items;
        Parents = parents;
        Exclude = exclude;
    }

    /// <summary>Where the bytes come from.</summary>
    public IFileSource Source { get; }

    /// <summary>In the order of the words, and of names for each wildcard. Empty if wildcards matched nothing.</summary>
    public IReadOnlyList<SelectedItem> Items { get; }

    /// <summary>The directories of the source paths are kept.</summary>
    public bool Parents { get; }

    /// <summary>What is left out, relative to the source's root with <see cref="Parents"/>, else to each directory copied.</summary>
    public IgnoreFile Exclude { get; }

    /// <summary>Finds what <paramref name="words"/> name.</summary>
    /// <exception cref="CopyException">A literal word names nothing, or a pattern is malformed.</exception>
    public static SourceSelection Select(IFileSource source, IReadOnlyList<string> words, bool parents = false, IgnoreFile? exclude = null)
    {
        var selector = new SourceSelector(source, parents);
        var items = words.SelectMany(selector.Select).ToList();
        return new SourceSelection(source, items, parents, exclude ?? IgnoreFile.Empty);
    }

    internal SourceSelection With(IReadOnlyList<SelectedItem> items) => new(Source, items, Parents, Exclude);

    /// <summary>What is copied of an item: itself and, for a directory, all that is in it and not left out. Directories come before what is in them.</summary>
    public IEnumerable<SelectedNode> Walk(SelectedItem item) => new SelectionWalk(this).Walk(item);
}

/// <summary>One path that is copied.</summary>
/// <param name="Relative">Below the item's place; empty for the item itself.</param>
/// <param name="Node">What is there.</param>
public sealed record SelectedNode(string Relative, FileNode Node);
