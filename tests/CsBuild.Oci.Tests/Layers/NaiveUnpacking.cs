using CsBuild.Oci.Layers;

namespace CsBuild.Oci.Tests.Layers;

/// <summary>Layers applied to a dictionary of paths, step by step and slowly, as a program would do it to a directory.</summary>
internal sealed class NaiveUnpacking
{
    private readonly Dictionary<string, LayerEntry> _files = [];

    public static IEnumerable<string> Of(IEnumerable<IEnumerable<LayerEntry>> layers)
    {
        var unpacking = new NaiveUnpacking();
        foreach (var layer in layers)
        {
            foreach (var e in layer.Where(e => e.Type is EntryType.Whiteout or EntryType.Opaque))
                unpacking.Hide(e);
            foreach (var e in layer.Where(e => e.Type is not (EntryType.Whiteout or EntryType.Opaque)))
                unpacking.Put(e);
        }
        // Children follow their directory, and siblings are in order of names.
        return unpacking._files.OrderBy(f => f.Key.Replace('/', '\u0001'), StringComparer.Ordinal)
            .Select(f => $"{f.Key} {f.Value.Type} {f.Value.LinkTarget} {f.Value.Size}".TrimEnd());
    }

    private void Hide(LayerEntry mark)
    {
        if (mark.Type == EntryType.Opaque)
        {
            if (Walk("", mark.Path.Split('/'), make: false, 0) is { } directory)
                Delete(directory, itself: false);
        }
        else if (Walk("", mark.Path.Split('/')[..^1], make: false, 0) is { } parent)
        {
            Delete(Join(parent, mark.Path.Split('/')[^1]), itself: true);
        }
    }

    private void Put(LayerEntry entry)
    {
        var names = entry.Path.Split('/');
        var parent = Walk("", names[..^1], make: true, 0) ?? throw new InvalidDataException("no directory");
        var path = Join(parent, names[^1]);
        if (!(entry.Type == EntryType.Directory && _files.GetValueOrDefault(path)?.Type == EntryType.Directory))
            Delete(path, itself: true);
        _files[path] = entry;
    }

    private string? Walk(string at, string[] names, bool make, int depth)
    {
        if (depth > 60)
            throw new InvalidDataException("loop");
        foreach (var name in names)
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                at = at.Contains('/', StringComparison.Ordinal) ? at[..at.LastIndexOf('/')] : "";
                continue;
            }
            var next = Join(at, name);
            var there = _files.GetValueOrDefault(next);
            if (there?.Type == EntryType.Symlink)
            {
                if (Walk(there.LinkTarget![0] == '/' ? "" : at, there.LinkTarget.Split('/'), make, depth + 1) is not { } reached)
                    return null;
                at = reached;
                continue;
            }
            if (there is null && make)
                _files[next] = there = new LayerEntry { Path = next, Type = EntryType.Directory };
            if (there?.Type != EntryType.Directory)
                return null;
            at = next;
        }
        return at;
    }

    private void Delete(string path, bool itself)
    {
        foreach (var below in _files.Keys.Where(k => path.Length == 0 || k.StartsWith(path + "/", StringComparison.Ordinal)).ToArray())
            _files.Remove(below);
        if (itself)
            _files.Remove(path);
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
