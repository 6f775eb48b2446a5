using System.Security.Cryptography;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>
/// Compares an unpacked layer with the layer's index: every file, directory and link is there with its size and mode,
/// and, where asked, its bytes. Names that are not UTF-8 are left out: the framework cannot say them.
/// </summary>
internal sealed class UnpackedCheck(string root, LayerIndex index, bool readsFiles, Action<long> count)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly Dictionary<string, FileSystemInfo> _there = new(StringComparer.Ordinal);

    /// <summary>The first difference, in words; null where there is none.</summary>
    public string? Run()
    {
        if (!Directory.Exists(root))
            return "it has no files";
        Walk(new DirectoryInfo(root), "");
        // Of entries for one path the last counts; a path that a later entry turns into something else is left to the reader.
        foreach (var entry in index.Entries.GroupBy(e => e.Path).Where(g => g.Count() == 1).Select(g => g.First()))
            if (Difference(entry) is { } problem)
                return problem;
        return null;
    }

    private void Walk(DirectoryInfo directory, string path)
    {
        foreach (var child in directory.EnumerateFileSystemInfos("*", Everything))
        {
            var name = path.Length == 0 ? child.Name : $"{path}/{child.Name}";
            _there[name] = child;
            if (child is DirectoryInfo inner && child.LinkTarget is null)
                Walk(inner, name);
        }
    }

    private string? Difference(LayerEntry entry)
    {
        if (entry.Type is not (EntryType.File or EntryType.Directory or EntryType.Symlink) || entry.Path.Length == 0 || entry.Path.Any(char.IsSurrogate))
            return null;
        if (!_there.TryGetValue(entry.Path, out var there))
            return Reaches(entry.Path) ? $"`{entry.Path}` is missing" : null;
        if (entry.Type == EntryType.Symlink)
            return there.LinkTarget == entry.LinkTarget ? null : $"the link `{entry.Path}` leads elsewhere";
        if (entry.Type == EntryType.Directory)
            return there is DirectoryInfo && HasMode(there, entry) ? null : $"the directory `{entry.Path}` has another mode";
        if (there is not FileInfo file || file.Length != entry.Size)
            return $"`{entry.Path}` has not the {entry.Size} bytes of the layer";
        if (!HasMode(there, entry))
            return $"`{entry.Path}` has another mode";
        return readsFiles && !HasBytes(file, entry) ? $"`{entry.Path}` has other bytes" : null;
    }

    // A layer may list what is below a link of a lower layer; that is then elsewhere.
    private bool Reaches(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 || (_there.TryGetValue(path[..slash], out var parent) && parent.LinkTarget is null);
    }

    private static bool HasMode(FileSystemInfo there, LayerEntry entry) =>
        OperatingSystem.IsWindows() || (int)there.UnixFileMode == (entry.Mode & 0xFFF);

    private bool HasBytes(FileInfo file, LayerEntry entry)
    {
        count(file.Length);
        using var stream = file.OpenRead();
        return Sha256Hash.Read(SHA256.HashData(stream)) == entry.Content;
    }
}
