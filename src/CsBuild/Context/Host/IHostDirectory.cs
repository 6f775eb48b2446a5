using CsBuild.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Context.Host;

/// <summary>
/// A directory of this machine, as a root: paths are relative to it and no link in them is ever followed, so that
/// nothing outside can be reached, not even when the tree is changed during the walk.
/// </summary>
internal interface IHostDirectory : IDisposable
{
    /// <summary>The entries of a directory in ordinal order of names; empty path for the root.</summary>
    /// <exception cref="IOException">It is gone, is no directory any more, or may not be read.</exception>
    List<HostEntry> List(string path);

    /// <summary>Opens a regular file for reading and says what it is now.</summary>
    /// <exception cref="IOException">It is gone, is no regular file any more, or may not be read.</exception>
    (SafeFileHandle Handle, HostStat Stat) OpenFile(string path);
}

/// <summary>A name in a directory and what is there. Sockets and what has no counterpart in a layer have no entry.</summary>
internal sealed record HostEntry(string Name, EntryType Type, HostStat Stat, string? LinkTarget);

/// <summary>The part of a file's status that copying and the digest cache ask for.</summary>
internal readonly record struct HostStat(
    int Mode, long Size, UnixTime Mtime, UnixTime Ctime, ulong Inode, ulong Device, uint Links, uint DeviceMajor, uint DeviceMinor)
{
    /// <summary>True if nothing suggests that the bytes are not those that <paramref name="other"/> spoke of.</summary>
    public bool IsSameVersion(in HostStat other) =>
        Size == other.Size && Mtime == other.Mtime && Ctime == other.Ctime && Inode == other.Inode && Device == other.Device;
}
