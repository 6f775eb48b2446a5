namespace CsBuild.Oci.Layers;

/// <summary>What an entry of a layer is. The values are stored in layer indexes; never renumber them.</summary>
public enum EntryType : byte
{
    /// <summary>A regular file.</summary>
    File = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A symbolic link; <see cref="LayerEntry.LinkTarget"/> is its text.</summary>
    Symlink = 3,

    /// <summary>Another name of a file in the same layer; <see cref="LayerEntry.LinkTarget"/> is that file's path.</summary>
    Hardlink = 4,

    /// <summary>A character device.</summary>
    CharacterDevice = 5,

    /// <summary>A block device.</summary>
    BlockDevice = 6,

    /// <summary>A named pipe.</summary>
    Fifo = 7,

    /// <summary>Hides this path in lower layers (<c>.wh.NAME</c>). The path is that of what is hidden.</summary>
    Whiteout = 8,

    /// <summary>Hides everything that lower layers have below this directory (<c>.wh..wh..opq</c>). The path is the directory's.</summary>
    Opaque = 9,
}
