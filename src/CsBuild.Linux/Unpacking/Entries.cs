using System.Text;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>Owner, mode, attributes and time of a name in an open directory.</summary>
internal static unsafe class Entries
{
    /// <summary>
    /// What overlayfs marks a directory with that hides those below. Attributes that only root may set are for the
    /// machine's root; elsewhere overlays are mounted with <c>userxattr</c>.
    /// </summary>
    public static readonly string OpaqueXattr = ProcessRights.Current.IsInitialNamespace ? "trusted.overlay.opaque" : "user.overlay.opaque";

    /// <summary>
    /// Sets all that an entry says. The order matters: a change of owner clears setuid and file capabilities, and any
    /// change moves the time.
    /// </summary>
    public static void Describe(Fd directory, byte[] name, LayerEntry entry)
    {
        fixed (byte* pointer = name)
        {
            Owners.Set(directory, name, entry);
            if (entry.Type != EntryType.Symlink)
                Libc.Check(Libc.fchmodat(directory.Value, pointer, (uint)entry.Mode, 0), "chmod", entry.Path);
            foreach (var (key, value) in entry.Xattrs)
                if (IsKept(key) && MayHave(entry.Type, key))
                    Owners.SetXattr(directory, name, key, value);
            Libc.SetTime(directory.Value, pointer, entry.Mtime);
        }
    }

    /// <summary>The entry for what a name stands for: owner, mode, size, time, device number and attributes, without a link's target.</summary>
    public static LayerEntry Read(Fd directory, byte[] name, in Statx stat, string path, EntryType type)
    {
        var (uid, gid) = Owners.Of(directory, name, stat);
        var isDevice = type is EntryType.CharacterDevice or EntryType.BlockDevice;
        return new LayerEntry
        {
            Path = path,
            Type = type,
            Mode = type == EntryType.Symlink ? 0x1FF : stat.Permissions,
            Uid = uid,
            Gid = gid,
            Size = type == EntryType.File ? (long)stat.Size : 0,
            Mtime = stat.Mtime,
            DeviceMajor = isDevice ? stat.RdevMajor : 0,
            DeviceMinor = isDevice ? stat.RdevMinor : 0,
            Xattrs = Xattrs(directory, name),
        };
    }

    /// <summary>The attributes that go into layers, by name.</summary>
    public static List<KeyValuePair<string, byte[]>> Xattrs(Fd directory, byte[] name)
    {
        var path = PathOf(directory, name);
        var names = Libc.XattrNames(path);
        return names.Count == 0 ? [] :
        [
            .. names.Where(IsKept).Order(StringComparer.Ordinal)
                .Select(key => KeyValuePair.Create(key, Libc.Xattr(path, key) ?? [])),
        ];
    }

    /// <summary>Attributes of layers, without what this machine notes in one of the same kind.</summary>
    public static bool IsKept(string name) => LayerXattrs.IsKept(name) && name != Owners.Xattr;

    // Linux has no user attributes on links, pipes and devices (xattr(7)); a tar may all the same.
    private static bool MayHave(EntryType type, string key) =>
        type is EntryType.File or EntryType.Directory || !key.StartsWith("user.", StringComparison.Ordinal);

    /// <summary>Sets an attribute of a name without following a link.</summary>
    public static void SetXattr(Fd directory, byte[] name, string key, ReadOnlySpan<byte> value)
    {
        var errno = Libc.TrySetXattr(PathOf(directory, name), key, value);
        if (errno != 0)
            throw new LinuxException($"setxattr {key}", Libc.Show(name), errno);
    }

    /// <summary>A path that leads to a name in an open directory without another lookup before it.</summary>
    public static byte[] PathOf(Fd directory, ReadOnlySpan<byte> name) => [.. Encoding.ASCII.GetBytes(directory.ProcPath), (byte)'/', .. name];
}
