using CsBuild.Context.Host;
using CsBuild.Oci.Layers;

namespace CsBuild.Context;

internal static class HostEntries
{
    /// <summary>What a layer says of a file of the host. Owners of the host mean nothing in an image, and extended attributes of a context are dropped, as Docker does.</summary>
    public static LayerEntry Entry(string path, EntryType type, in HostStat stat, string? linkTarget) => new()
    {
        Path = path,
        Type = type,
        Mode = type == EntryType.Symlink ? 0x1FF : stat.Mode,
        Size = type == EntryType.File ? stat.Size : 0,
        Mtime = stat.Mtime,
        LinkTarget = linkTarget,
        DeviceMajor = type is EntryType.CharacterDevice or EntryType.BlockDevice ? stat.DeviceMajor : 0,
        DeviceMinor = type is EntryType.CharacterDevice or EntryType.BlockDevice ? stat.DeviceMinor : 0,
    };
}
