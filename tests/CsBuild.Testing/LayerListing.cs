using System.Globalization;
using System.Text;
using CsBuild.Oci.Layers;

namespace CsBuild.Testing;

/// <summary>A layer as a text table, one line an entry, for goldens.</summary>
public static class LayerListing
{
    /// <summary>Type, mode, owner, size and name; with <paramref name="times"/> the time of last change, too.</summary>
    public static string Of(IEnumerable<LayerEntry> entries, bool times = true)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            text.Append(Letter(entry.Type)).Append(' ').Append(Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
            text.Append(CultureInfo.InvariantCulture, $" {entry.Uid}:{entry.Gid} {entry.Size}");
            if (times)
                text.Append(CultureInfo.InvariantCulture, $" {entry.Mtime.Seconds}.{entry.Mtime.Nanoseconds:D9}");
            text.Append(" /").Append(entry.Path);
            if (entry.LinkTarget is not null)
                text.Append(" -> ").Append(entry.Type == EntryType.Hardlink ? "/" : "").Append(entry.LinkTarget);
            foreach (var (name, value) in entry.Xattrs)
                text.Append(CultureInfo.InvariantCulture, $" {name}={Convert.ToHexStringLower(value)}");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static char Letter(EntryType type) => type switch
    {
        EntryType.File => '-',
        EntryType.Directory => 'd',
        EntryType.Symlink => 'l',
        EntryType.Hardlink => 'h',
        EntryType.CharacterDevice => 'c',
        EntryType.BlockDevice => 'b',
        EntryType.Fifo => 'p',
        EntryType.Whiteout => 'w',
        EntryType.Opaque => 'o',
        _ => '?',
    };
}
