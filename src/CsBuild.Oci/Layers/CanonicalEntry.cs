namespace CsBuild.Oci.Layers;

/// <summary>What may stand in a layer that we write, and the one form in which it does.</summary>
internal static class CanonicalEntry
{
    private const int MaxMode = 0xFFF;
    private const int SymlinkMode = 0x1FF;

    /// <summary>
    /// Checks an entry and takes from it what it cannot mean. <paramref name="target"/> finds an entry written
    /// before by its path.
    /// </summary>
    /// <exception cref="ArgumentException">The entry cannot be in a layer.</exception>
    public static LayerEntry Of(LayerEntry entry, Func<string, LayerEntry?> target)
    {
        if (!EntryPath.IsNormal(entry.Path))
            throw Bad(entry, "the path is not normal, or a name in it would be read as a whiteout");
        if (entry.Path.Length == 0 && entry.Type is not (EntryType.Directory or EntryType.Opaque))
            throw Bad(entry, "the root can only be a directory");
        switch (entry.Type)
        {
            case EntryType.Whiteout or EntryType.Opaque:
                return new LayerEntry { Path = entry.Path, Type = entry.Type };
            case EntryType.Hardlink:
                return Link(entry, target(entry.LinkTarget ?? ""));
            case EntryType.Symlink when string.IsNullOrEmpty(entry.LinkTarget) || entry.LinkTarget.Contains('\0', StringComparison.Ordinal):
                throw Bad(entry, "a symlink needs a target, without NUL");
        }
        CheckNumbers(entry);
        CheckXattrs(entry);
        return entry with
        {
            Mode = entry.Type == EntryType.Symlink ? SymlinkMode : entry.Mode,
            LinkTarget = entry.Type == EntryType.Symlink ? entry.LinkTarget : null,
            Xattrs = LayerXattrs.Kept(entry.Xattrs),
            Content = default,
            Offset = 0,
            Pieces = null,
        };
    }

    // Runtimes set mode, owner and attributes once more when they make the link, and setting the owner drops a file's
    // capabilities: a link has to say again all that the file says.
    private static LayerEntry Link(LayerEntry entry, LayerEntry? file) =>
        file?.Type is null or EntryType.Directory or EntryType.Hardlink
            ? throw Bad(entry, $"its target `{entry.LinkTarget}` is no file that was written before")
            : file with { Path = entry.Path, Type = EntryType.Hardlink, LinkTarget = file.Path, Size = 0, Content = default, Offset = 0, DeviceMajor = 0, DeviceMinor = 0 };

    private static void CheckNumbers(LayerEntry entry)
    {
        if (!Enum.IsDefined(entry.Type))
            throw Bad(entry, $"unknown type {(int)entry.Type}");
        if (entry.Mode is < 0 or > MaxMode)
            throw Bad(entry, $"the mode {entry.Mode} is out of range");
        if (entry.Size < 0 || (entry.Size > 0 && entry.Type != EntryType.File))
            throw Bad(entry, $"the size {entry.Size} is out of range");
        if (entry.Mtime.Nanoseconds is < 0 or > 999_999_999)
            throw Bad(entry, $"{entry.Mtime.Nanoseconds} nanoseconds are out of range");
        var isDevice = entry.Type is EntryType.CharacterDevice or EntryType.BlockDevice;
        if (entry.DeviceMajor > (isDevice ? TarBlock.MaxShortNumber : 0) || entry.DeviceMinor > (isDevice ? TarBlock.MaxShortNumber : 0))
            throw Bad(entry, $"the device number {entry.DeviceMajor}:{entry.DeviceMinor} is out of range");
    }

    private static void CheckXattrs(LayerEntry entry)
    {
        for (var i = 0; i < entry.Xattrs.Count; i++)
        {
            var name = entry.Xattrs[i].Key;
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
                throw Bad(entry, $"a tar cannot hold an attribute called {EntryPath.Quote(name)}");
            if (i > 0 && string.CompareOrdinal(entry.Xattrs[i - 1].Key, name) >= 0)
                throw Bad(entry, "the attributes are not in ordinal order");
        }
    }

    private static ArgumentException Bad(LayerEntry entry, string why) => new($"layer entry {EntryPath.Quote(entry.Path)}: {why}");
}
