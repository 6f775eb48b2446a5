using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>Finds what a source word names in a tree.</summary>
internal sealed class SourceSelector(IFileSource source, bool parents)
{
    private readonly FileTree _tree = source.Tree;

    public IEnumerable<SelectedItem> Select(string word)
    {
        if (parents)
            return SelectParents(word);
        var names = Clean(word);
        return Find(word, names).Select(hit => new SelectedItem(word, hit.Path, hit.Node, null));
    }

    // What stands before the first `/./` only says where to start; the rest is the path that is kept.
    private IEnumerable<SelectedItem> SelectParents(string word)
    {
        var pivot = word.IndexOf("/./", StringComparison.Ordinal);
        var names = Clean(pivot < 0 ? word : word[(pivot + 2)..]);
        IEnumerable<Hit> bases = pivot < 0 ? [new Hit("", _tree.Root)] : Find(word, Clean(word[..pivot]));
        foreach (var (basePath, baseNode) in bases)
        {
            if (!baseNode.IsDirectory)
                throw new CopyException($"\"/{basePath}\": not a directory");
            foreach (var (path, node) in Match(baseNode, word, names))
                yield return new SelectedItem(word, Join(basePath, path), node, path);
        }
    }

    private List<Hit> Match(FileNode start, string word, List<string> names)
    {
        if (!names.Exists(n => PathPattern.HasWildcard(n)))
        {
            var node = names.Aggregate((FileNode?)start, (at, name) => at?.Child(name));
            return [new Hit(string.Join('/', names), node ?? throw NotFound(string.Join('/', names)))];
        }
        var pattern = Pattern(word, () => PathPattern.Parse(string.Join('/', names)));
        var found = new List<Hit>();
        Descend(start, "", pattern, found);
        return found;
    }

    private static void Descend(FileNode directory, string path, PathPattern pattern, List<Hit> found)
    {
        foreach (var child in directory.Children)
        {
            var childPath = Join(path, child.Name);
            if (pattern.Matches(childPath))
                found.Add(new Hit(childPath, child));
            else if (child.IsDirectory && pattern.CanMatchBelow(childPath))
                Descend(child, childPath, pattern, found);
        }
    }

    private IEnumerable<Hit> Find(string word, List<string> names)
    {
        var literal = names.FindIndex(n => PathPattern.HasWildcard(n));
        if (literal < 0)
        {
            var path = string.Join('/', names);
            return [new Hit(path, Follow(path) ?? throw NotFound(path))];
        }
        var start = string.Join('/', names[..literal]);
        var patterns = names[literal..].ConvertAll(n => Pattern(word, () => PathPattern.ParseWildcard(n)));
        // Links are followed up to the first wildcard; below it only real directories are entered.
        IEnumerable<Hit> level = Follow(start) is { } directory ? [new Hit(start, directory)] : [];
        foreach (var pattern in patterns)
            level = level.SelectMany(at => at.Node.Children.Where(c => pattern.Matches(c.Name)).Select(c => new Hit(Join(at.Path, c.Name), c)));
        return level.Select(hit => hit.Node.Entry.Type == EntryType.Symlink ? hit with { Node = Follow(hit.Node.Path) ?? throw NotFound(hit.Path) } : hit);
    }

    private FileNode? Follow(string path)
    {
        try
        {
            return _tree.Find(path);
        }
        catch (InvalidDataException e)
        {
            throw new CopyException($"\"/{path}\": too many links", null, e);
        }
    }

    private CopyException NotFound(string path) => new($"\"/{path}\": not found", MissingSource.Hint(source, path));

    private static PathPattern Pattern(string word, Func<PathPattern> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException e)
        {
            throw new CopyException($"`{word}`: {e.Message}", null, e);
        }
    }

    // Worked out in the text, as if the source's root were the top of the world.
    private static List<string> Clean(string word)
    {
        var names = new List<string>();
        foreach (var name in word.Split('/'))
        {
            if (name == "..")
            {
                if (names.Count > 0)
                    names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "."))
                names.Add(name);
        }
        return names;
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;

    /// <summary>What a word has found, and by which path.</summary>
    private sealed record Hit(string Path, FileNode Node);
}
