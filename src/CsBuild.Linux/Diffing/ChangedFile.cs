using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Unpacking;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Diffing;

/// <summary>A name in a directory that a step may have changed.</summary>
internal sealed record ChangedFile(byte[] Name, string Text, string Path, Statx Stat)
{
    private const string WhiteoutPrefix = ".wh.";

    // PATH_MAX without the byte for the end
    private const int MaxPath = 4095;

    /// <summary>True for what hides a name of lower layers in an overlay.</summary>
    public bool IsWhiteout => Stat is { Type: FileType.CharacterDevice, RdevMajor: 0, RdevMinor: 0 };

    /// <exception cref="SandboxException">Layers know no such type.</exception>
    public EntryType Type => Stat.Type switch
    {
        FileType.Regular => EntryType.File,
        FileType.Symlink => EntryType.Symlink,
        FileType.Fifo => EntryType.Fifo,
        FileType.CharacterDevice => EntryType.CharacterDevice,
        FileType.BlockDevice => EntryType.BlockDevice,
        _ => throw new SandboxException($"the step made `/{Path}`, which is of a type that layers do not know") { IsOfTheStep = true },
    };

    /// <summary>Looks at a name; <paramref name="parent"/> is the directory's path.</summary>
    public static ChangedFile Read(Fd directory, byte[] name, string parent)
    {
        var text = Libc.Show(name);
        var path = RootPath.Below(parent, text);
        RefuseLongPath(path);
        return new ChangedFile(name, text, path, Libc.Stat(directory.Value, name));
    }

    /// <summary>A program that changes into each directory that it makes gets deeper than any path reaches.</summary>
    private static void RefuseLongPath(string path)
    {
        const int mostBytesOfOneCharacter = 3;
        if (path.Length > MaxPath / mostBytesOfOneCharacter && PathBytes.Encode(path).Length > MaxPath)
            throw new SandboxException(
                $"the step made a path of more than {MaxPath} bytes, which no layer can hold: `/{path[..100]}…`", "remove it before the step ends, or make it less deep")
            {
                IsOfTheStep = true,
            };
    }

    /// <exception cref="SandboxException">Its name says that a file is deleted.</exception>
    public void RefuseWhiteoutName()
    {
        if (Text.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
            throw new SandboxException($"the step made `/{Path}`, a name that layers use to say that a file is deleted", "give it another name")
            {
                IsOfTheStep = true,
            };
    }

    /// <summary>The entry for it, but for a link's target.</summary>
    public LayerEntry Describe(Fd directory, EntryType type, UnixTime? clampTo) =>
        Entries.Read(directory, Name, Stat, Path, type) with
        {
            Mtime = clampTo is { } limit ? Stat.Mtime.ClampTo(limit) : Stat.Mtime,
        };

    /// <summary>Sets its time, if it has another.</summary>
    public unsafe void SetTime(Fd directory, UnixTime time)
    {
        if (time == Stat.Mtime)
            return;
        fixed (byte* name = Name)
            Libc.SetTime(directory.Value, name, time);
    }
}
