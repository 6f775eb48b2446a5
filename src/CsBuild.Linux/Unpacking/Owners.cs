using System.Buffers.Binary;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// Owners of files, where every owner can be on disk and where only one can. There the owner that a layer gives a file
/// is noted in an attribute of the file: overlayfs copies it with the file when a step changes that, a rename takes it
/// along, and a file that a step makes has none and is root's. (A link can have no such attribute; a link that a step
/// renames becomes root's.)
/// </summary>
internal static unsafe class Owners
{
    /// <summary>User and group, 4 bytes each, big endian. Absent for 0:0.</summary>
    public const string Xattr = "user.csbuild.owner";

    private static readonly ProcessRights Rights = ProcessRights.Current;

    /// <summary>Gives a name in a directory the owner of an entry, or notes it.</summary>
    /// <exception cref="InvalidDataException">The owner cannot be on disk here, and not every owner is noted.</exception>
    public static void Set(Fd directory, byte[] name, LayerEntry entry)
    {
        if (Rights.HasOneId)
        {
            Note(directory, name, entry);
            return;
        }
        if (!Rights.KnowsUid(entry.Uid) || !Rights.KnowsGid(entry.Gid))
            throw new InvalidDataException(Unknown(entry));
        fixed (byte* pointer = name)
            Libc.Check(Libc.fchownat(directory.Value, pointer, entry.Uid, entry.Gid, Libc.AT_SYMLINK_NOFOLLOW), "chown", entry.Path);
    }

    /// <summary>The owner that a file has as far as layers are concerned.</summary>
    public static (uint Uid, uint Gid) Of(Fd directory, byte[] name, in Statx stat) =>
        Rights.HasOneId && stat.Type is FileType.Regular or FileType.Directory && Libc.Xattr(Entries.PathOf(directory, name), Xattr) is { Length: 8 } noted
            ? (BinaryPrimitives.ReadUInt32BigEndian(noted), BinaryPrimitives.ReadUInt32BigEndian(noted.AsSpan(4)))
            : (stat.Uid, stat.Gid);

    /// <summary>Sets an attribute of a layer. One that names users who are not here cannot be set; it is lost for the step, not for the layer below.</summary>
    public static void SetXattr(Fd directory, byte[] name, string key, ReadOnlySpan<byte> value)
    {
        var errno = Libc.TrySetXattr(Entries.PathOf(directory, name), key, value);
        if (errno == 0 || (Rights.HasOneId && errno == Errno.EINVAL && key.StartsWith("system.", StringComparison.Ordinal)))
            return;
        throw new LinuxException($"setxattr {key}", Libc.Show(name), errno);
    }

    private static void Note(Fd directory, byte[] name, LayerEntry entry)
    {
        var isRoots = entry.Uid == 0 && entry.Gid == 0;
        if (entry.Type is not (EntryType.File or EntryType.Directory) || (isRoots && Libc.Xattr(Entries.PathOf(directory, name), Xattr) is null))
            return;
        var value = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(value, entry.Uid);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(4), entry.Gid);
        Entries.SetXattr(directory, name, Xattr, value);
    }

    private static string Unknown(LayerEntry entry)
    {
        var (id, kind, file, ranges) = Rights.KnowsUid(entry.Uid)
            ? (entry.Gid, "group", SubordinateIds.Groups, Rights.Gids)
            : (entry.Uid, "user", SubordinateIds.Users, Rights.Uids);
        return $"`{entry.Path}` belongs to {kind} {id}, and RUN steps have only {ranges.Sum(range => (long)range.Count)} ids here: lend more in {file}";
    }
}
