namespace CsBuild.Oci.Layers;

// What headers mean.
public sealed partial class LayerReader
{
    private LayerEntry? Named(TarHeader header, Extensions extensions, string name, EntryType type, long size)
    {
        var path = EntryPath.Normalize(name);
        var last = EntryPath.Name(path);
        if (path.StartsWith(".wh..wh.", StringComparison.Ordinal) && path != EntryPath.OpaqueName)
            return null;
        if (last.StartsWith(EntryPath.WhiteoutPrefix, StringComparison.Ordinal))
            return Hiding(path);
        if (!EntryPath.IsNormal(path))
            throw new InvalidDataException("a directory in its name is called like a whiteout");
        if (path.Length == 0 && type != EntryType.Directory)
            throw new InvalidDataException("the root can only be a directory");
        var isDevice = type is EntryType.CharacterDevice or EntryType.BlockDevice;
        return new LayerEntry
        {
            Path = path,
            Type = type,
            Mode = header.Mode,
            Uid = extensions.Header?.Uid ?? header.Uid,
            Gid = extensions.Header?.Gid ?? header.Gid,
            Size = size,
            Mtime = extensions.Header?.Mtime ?? new UnixTime(header.Mtime),
            LinkTarget = LinkTarget(type, PathBytes.Decode(extensions.LinkNameOr(header))),
            Xattrs = extensions.Header?.Xattrs ?? [],
            DeviceMajor = isDevice ? header.DeviceMajor : 0,
            DeviceMinor = isDevice ? header.DeviceMinor : 0,
            Offset = type == EntryType.File ? _input.Position : 0,
            Pieces = _content.Map?.Pieces,
        };
    }

    private static LayerEntry Hiding(string path)
    {
        var parent = EntryPath.Parent(path);
        var hidden = EntryPath.Name(path)[EntryPath.WhiteoutPrefix.Length..];
        var isOpaque = EntryPath.Name(path) is EntryPath.OpaqueName;
        var target = isOpaque ? parent.ToString() : parent.IsEmpty ? hidden.ToString() : $"{parent}/{hidden}";
        if ((!isOpaque && hidden is "" or "." or "..") || !EntryPath.IsNormal(target))
            throw new InvalidDataException("it hides nothing that could be there");
        return new LayerEntry { Path = target, Type = isOpaque ? EntryType.Opaque : EntryType.Whiteout };
    }

    private static string? LinkTarget(EntryType type, string target)
    {
        if (type is not (EntryType.Symlink or EntryType.Hardlink))
            return null;
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
            throw new InvalidDataException("the link has no target, or one with a NUL");
        if (type == EntryType.Symlink)
            return target;
        var path = EntryPath.Normalize(target);
        return path.Length > 0 && EntryPath.IsNormal(path) ? path : throw new InvalidDataException($"the hard link leads to {EntryPath.Quote(target)}");
    }

    private static EntryType TypeOf(TarHeader header, string name) => header.TypeFlag switch
    {
        '\0' when name.EndsWith('/') => EntryType.Directory,
        '0' or '7' when name.EndsWith('/') => throw new InvalidDataException("a file's name ends with a slash"),
        '0' or '\0' or '7' or 'S' => EntryType.File,
        '1' => EntryType.Hardlink,
        '2' => EntryType.Symlink,
        '3' => EntryType.CharacterDevice,
        '4' => EntryType.BlockDevice,
        '5' => EntryType.Directory,
        '6' => EntryType.Fifo,
        var other => throw new InvalidDataException($"unknown type flag {EntryPath.Quote(other.ToString())}"),
    };
}
