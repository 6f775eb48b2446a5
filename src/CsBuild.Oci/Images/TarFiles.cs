using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Images;

/// <summary>The files of a plain tar, read in place.</summary>
internal sealed class TarFiles : ArchiveFiles
{
    private const int MaxHops = 8;

    private static readonly LayerLimits Limits = new() { Entries = 100_000, TarSize = long.MaxValue };

    private readonly SafeFileHandle _file;
    private readonly IDisposable? _owner;
    private readonly Dictionary<string, LayerEntry> _members = new(StringComparer.Ordinal);

    private TarFiles(string name, SafeFileHandle file, IDisposable? owner)
    {
        Name = name;
        _file = file;
        _owner = owner;
    }

    public override string Name { get; }

    /// <summary>Lists the members. The file, and its owner where there is one, are disposed with the result.</summary>
    public static TarFiles Open(string name, SafeFileHandle file, IDisposable? owner, CancellationToken cancellationToken)
    {
        var files = new TarFiles(name, file, owner);
        try
        {
            var reader = new LayerReader(new FileSlice(file, 0, RandomAccess.GetLength(file)), Limits);
            while (reader.Next() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                files._members[entry.Path] = entry;
            }
            return files;
        }
        catch (InvalidDataException e)
        {
            files.Dispose();
            throw new InvalidDataException($"{name} is no tar of an image: {e.Message}", e);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public override long? Size(string name) => Find(name)?.Size;

    public override Stream? TryOpen(string name) => Find(name) is { } entry ? EntrySlice.Open(_file, entry) : null;

    public override void Dispose()
    {
        _file.Dispose();
        _owner?.Dispose();
    }

    // Older docker archives hold equal layers once, with links from the other places.
    private LayerEntry? Find(string name)
    {
        for (var hop = 0; hop < MaxHops; hop++)
        {
            switch (_members.GetValueOrDefault(name))
            {
                case { Type: EntryType.File } file:
                    return file;
                case { Type: EntryType.Hardlink, LinkTarget: { } target }:
                    name = target;
                    break;
                case { Type: EntryType.Symlink, LinkTarget: { } target } link:
                    name = Resolve(link.Path, target);
                    break;
                default:
                    return null;
            }
        }
        throw new InvalidDataException($"`{name}` of {Name} is a link that leads in circles");
    }

    private static string Resolve(string link, string target)
    {
        var parts = new List<string>(link.Split('/')[..^1]);
        foreach (var part in target.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
