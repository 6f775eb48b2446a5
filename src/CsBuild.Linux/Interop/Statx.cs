using System.Runtime.InteropServices;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Interop;

/// <summary>What <c>statx(2)</c> says of a file; the layout is the kernel's.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    public const uint Basic = 0xfff;

    [FieldOffset(16)]
    public uint Nlink;

    [FieldOffset(20)]
    public uint Uid;

    [FieldOffset(24)]
    public uint Gid;

    [FieldOffset(28)]
    public ushort RawMode;

    [FieldOffset(32)]
    public ulong Ino;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(80)]
    public long BornSeconds;

    [FieldOffset(88)]
    public uint BornNanoseconds;

    [FieldOffset(96)]
    public long ChangedSeconds;

    [FieldOffset(104)]
    public uint ChangedNanoseconds;

    [FieldOffset(112)]
    public long MtimeSeconds;

    [FieldOffset(120)]
    public uint MtimeNanoseconds;

    [FieldOffset(128)]
    public uint RdevMajor;

    [FieldOffset(132)]
    public uint RdevMinor;

    [FieldOffset(136)]
    public uint DevMajor;

    [FieldOffset(140)]
    public uint DevMinor;

    public readonly int Type => RawMode & 0xF000;

    public readonly int Permissions => RawMode & 0xFFF;

    public readonly bool IsDirectory => Type == FileType.Directory;

    public readonly UnixTime Mtime => new(MtimeSeconds, (int)MtimeNanoseconds);

    /// <summary>When the file was made; zero where the file system does not know. Inode numbers are used again, also at once.</summary>
    public readonly UnixTime Born => new(BornSeconds, (int)BornNanoseconds);

    /// <summary>When anything of the file changed last; the kernel alone sets it.</summary>
    public readonly UnixTime Changed => new(ChangedSeconds, (int)ChangedNanoseconds);

    public readonly bool IsSameFile(in Statx other) => Ino == other.Ino && DevMajor == other.DevMajor && DevMinor == other.DevMinor;
}

/// <summary>The type bits of a file's mode.</summary>
internal static class FileType
{
    public const int Fifo = 0x1000;
    public const int CharacterDevice = 0x2000;
    public const int Directory = 0x4000;
    public const int BlockDevice = 0x6000;
    public const int Regular = 0x8000;
    public const int Symlink = 0xA000;
    public const int Socket = 0xC000;
}
