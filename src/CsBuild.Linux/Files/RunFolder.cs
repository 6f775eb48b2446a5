using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>
/// The directory of one step: the overlay's upper and work directories and the places to mount on. It is locked as
/// long as its process lives, so that what a killed process left can be told from what is in use.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly FileLock _lock;
    private readonly string _lockPath;

    private RunFolder(string path, string lockPath, FileLock @lock) => (Path, _lockPath, _lock) = (path, lockPath, @lock);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes one with an unpredictable name.</summary>
    public static RunFolder Create(StoreFolders folders)
    {
        while (true)
        {
            var name = System.IO.Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
            var path = System.IO.Path.Combine(folders.Run, name);
            if (FileLock.TryTake(path + ".lock") is not { } taken)
                continue;
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new RunFolder(path, path + ".lock", taken);
        }
    }

    /// <summary>Makes a directory in it and says where.</summary>
    public string Make(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Removes the folders of processes that are gone; <paramref name="before"/> is told the path of each.</summary>
    public static void Sweep(StoreFolders folders, Action<string> before)
    {
        foreach (var lockPath in Directory.GetFiles(folders.Run, "*.lock"))
        {
            using var taken = FileLock.TryTake(lockPath);
            if (taken is null)
                continue;
            try
            {
                before(lockPath[..^".lock".Length]);
                TreeRemoval.Remove(lockPath[..^".lock".Length]);
                File.Delete(lockPath);
            }
            catch (LinuxException)
            {
                // what cannot be removed takes room; it is no reason that nobody can build any more
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TreeRemoval.Remove(Path);
        File.Delete(_lockPath);
        _lock.Dispose();
    }
}
