namespace CsBuild.Linux.Files;

/// <summary>Where the sandbox keeps its things in the store's directory. All are private to their owner.</summary>
internal sealed class StoreFolders
{
    /// <summary>
    /// Finds or makes the folders below <paramref name="root"/>. Where ids are numbered in another way than on this
    /// machine, <paramref name="ids"/> names the numbering: what is unpacked under one means something else under another.
    /// </summary>
    public StoreFolders(string root, string? ids = null)
    {
        var own = Path.Combine(Path.GetFullPath(root), "csbuild");
        if (ids is not null)
            own = Make(Path.Combine(own, "users", ids));
        Unpacked = Make(Path.Combine(own, "unpacked"));
        Run = Make(Path.Combine(own, "run"));
        DirectoryFlags.TrySpread(Run);
        Caches = Make(Path.Combine(own, "caches"));
        Empty = Make(Path.Combine(Run, "empty"));
        BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
    }

    /// <summary>Layers as directories, by diff ID.</summary>
    public string Unpacked { get; }

    /// <summary>One directory for each step that runs.</summary>
    public string Run { get; }

    /// <summary>Cache mounts, by the hash of their id.</summary>
    public string Caches { get; }

    /// <summary>A directory with nothing in it: the lowest layer where there is none.</summary>
    public string Empty { get; }

    /// <summary>What the kernel calls the time since it started: directories that were not flushed do not outlive it.</summary>
    public string BootId { get; }

    private static string Make(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
}
