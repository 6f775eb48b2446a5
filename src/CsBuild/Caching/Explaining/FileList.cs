using System.Globalization;
using System.Security.Cryptography;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Explaining;

/// <summary>
/// The files that a step read, with as much of each as it takes to say which of them differ another time. Sorted by path.
/// </summary>
internal sealed record FileList(IReadOnlyList<ListedFile> Files)
{
    /// <summary>Sorts; of several with one path the first counts.</summary>
    public static FileList Of(IEnumerable<ListedFile> files)
    {
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).DistinctBy(f => f.Path, StringComparer.Ordinal);
        return new FileList([.. sorted]);
    }

    /// <summary>What is different in <paramref name="after"/>: <c>path: how</c>.</summary>
    public IEnumerable<string> DifferencesTo(FileList after)
    {
        int a = 0, b = 0;
        while (a < Files.Count || b < after.Files.Count)
        {
            var order = a == Files.Count ? 1 : b == after.Files.Count ? -1 : string.CompareOrdinal(Files[a].Path, after.Files[b].Path);
            if (order < 0)
                yield return $"{Files[a++].Path}: removed";
            else if (order > 0)
                yield return $"{after.Files[b++].Path}: added";
            else if (Files[a++].DifferenceTo(after.Files[b++]) is { } difference)
                yield return difference;
        }
    }
}

/// <summary>One file of a <see cref="FileList"/>.</summary>
/// <param name="Path">In the source.</param>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Content">Of the hash of its content, link target or device numbers; enough to tell two apart, not to prove them equal.</param>
/// <param name="Extra">The same of its extended attributes.</param>
internal readonly record struct ListedFile(string Path, EntryType Type, int Mode, uint Uid, uint Gid, ulong Content, uint Extra)
{
    public static ListedFile Of(string path, LayerEntry entry, Sha256Hash content)
    {
        var short_ = entry.Type switch
        {
            EntryType.File => content.A,
            EntryType.Symlink => Sha256Hash.Of(PathBytes.Encode(entry.LinkTarget)).A,
            EntryType.CharacterDevice or EntryType.BlockDevice => ((ulong)(uint)entry.DeviceMajor << 32) | (uint)entry.DeviceMinor,
            _ => 0UL,
        };
        return new ListedFile(path, entry.Type, entry.Mode, entry.Uid, entry.Gid, short_, entry.Xattrs.Count == 0 ? 0 : ExtraOf(entry));
    }

    public string? DifferenceTo(ListedFile after)
    {
        var found = new List<string>(2);
        if (Type != after.Type)
            found.Add($"{Type} → {after.Type}".ToLowerInvariant());
        else if (Content != after.Content)
            found.Add(Type == EntryType.Symlink ? "link target" : "content");
        if (Mode != after.Mode)
            found.Add($"mode {Octal(Mode)} → {Octal(after.Mode)}");
        if (Uid != after.Uid || Gid != after.Gid)
            found.Add(string.Create(CultureInfo.InvariantCulture, $"owner {Uid}:{Gid} → {after.Uid}:{after.Gid}"));
        if (Extra != after.Extra)
            found.Add("extended attributes");
        return found.Count == 0 ? null : $"{Path}: {string.Join(", ", found)}";
    }

    private static string Octal(int mode) => "0" + Convert.ToString(mode, 8);

    private static uint ExtraOf(LayerEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in entry.Xattrs)
        {
            hash.AppendData(PathBytes.Encode(name));
            hash.AppendData(value);
        }
        return (uint)Sha256Hash.Finish(hash).A;
    }
}
