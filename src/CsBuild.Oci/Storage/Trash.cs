using CsBuild.Oci.Content;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Directories on their way out of a store. They leave their places by a rename, at once and whole, and are removed
/// afterwards, by whoever comes: one program at a time.
/// </summary>
/// <param name="privateDirectory">The store's <c>csbuild</c>.</param>
/// <param name="removeTree">Removes a directory with all in it.</param>
internal sealed class Trash(string privateDirectory, Action<string> removeTree)
{
    private readonly string _directory = Path.Combine(privateDirectory, "trash");

    /// <summary>Takes a directory away from its place.</summary>
    public void Take(string directory)
    {
        PrivateDirectory.Create(_directory);
        Directory.Move(directory, Path.Combine(_directory, Path.GetRandomFileName()));
    }

    /// <summary>Removes what is in it, unless somebody else does. One look where there is nothing.</summary>
    public void Empty()
    {
        if (!Directory.Exists(_directory) || Directory.GetDirectories(_directory) is not { Length: > 0 } directories)
            return;
        using var held = HeldLock.TryTake(_directory + ".lock");
        if (held is null)
            return;
        foreach (var directory in directories)
            if (Directory.Exists(directory))
                removeTree(directory);
    }

    /// <summary>
    /// Removes the run directories of steps whose builder is dead; its lock, beside the directory, tells.
    /// </summary>
    public void SweepRuns()
    {
        SweepRuns(Path.Combine(privateDirectory, "run"));
        var users = Path.Combine(privateDirectory, "users");
        if (Directory.Exists(users))
            foreach (var user in Directory.EnumerateDirectories(users))
                SweepRuns(Path.Combine(user, "run"));
    }

    private void SweepRuns(string run)
    {
        if (!Directory.Exists(run))
            return;
        foreach (var path in Directory.EnumerateFiles(run, "*.lock"))
        {
            using var held = HeldLock.TryTake(path);
            if (held is null)
                continue;
            var directory = path[..^".lock".Length];
            if (Directory.Exists(directory))
                removeTree(directory);
            File.Delete(path);
        }
    }
}
