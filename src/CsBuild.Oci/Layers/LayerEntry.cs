using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>One path of a layer with everything that a tar can say of it, apart from a file's bytes.</summary>
public sealed record LayerEntry
{
    /// <summary>
    /// Relative to the root, <c>/</c> between names, no leading or trailing slash; empty for the root itself. Names
    /// are bytes on disk: bytes that are not UTF-8 stand in the text as lone surrogates (see <see cref="PathBytes"/>),
    /// so that every name survives.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required EntryType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky: 0 to 07777 octal.</summary>
    public int Mode { get; init; }

    /// <summary>The owner's number.</summary>
    public uint Uid { get; init; }

    /// <summary>The group's number.</summary>
    public uint Gid { get; init; }

    /// <summary>A file's length in bytes; 0 for all others.</summary>
    public long Size { get; init; }

    /// <summary>Time of last change.</summary>
    public UnixTime Mtime { get; init; }

    /// <summary>A symlink's text, or the path (in the form of <see cref="Path"/>) that a hard link shares its file with.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Extended attributes, sorted by name in ordinal order; empty for most.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs { get; init; } = [];

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>The sha256 of a file's bytes. Set in a <see cref="LayerIndex"/>; a writer computes it.</summary>
    public Sha256Hash Content { get; init; }

    /// <summary>Where a file's bytes start in the uncompressed tar. Set in a <see cref="LayerIndex"/>.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// Where the bytes of a sparse file of a foreign tar belong, in order; the rest of it is zeros. Null for a file
    /// that is stored whole, as all are in layers that we write.
    /// </summary>
    public IReadOnlyList<FilePiece>? Pieces { get; init; }
}

/// <summary>Bytes of a sparse file that are stored.</summary>
/// <param name="Offset">Where in the file.</param>
/// <param name="Length">How many, at least one.</param>
public readonly record struct FilePiece(long Offset, long Length);
