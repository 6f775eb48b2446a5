namespace CsBuild.Oci.Content;

/// <summary>
/// A directory of a store for work that takes files, until disposed. Where its program is killed, the next one that uses the
/// store removes it: a lock beside it says whether the owner lives.
/// </summary>
public sealed class ScratchDirectory : IDisposable
{
    private const string LockSuffix = ".lock";

    private readonly HeldLock _lock;
    private readonly Action<string> _remove;

    private ScratchDirectory(string path, HeldLock held, Action<string> remove) => (Path, _lock, _remove) = (path, held, remove);

    /// <summary>Where it is; 0700.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <param name="privateDirectory">The store's <c>csbuild</c>.</param>
    /// <param name="kind">How its name begins, for people who look.</param>
    /// <param name="remove">Removes it with all in it in the end; must not throw.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static ScratchDirectory Create(string privateDirectory, string kind, Action<string> remove)
    {
        while (true)
        {
            var path = System.IO.Path.Combine(privateDirectory, "run", $"{kind}.{System.IO.Path.GetRandomFileName()}");
            if (HeldLock.TryTake(path + LockSuffix) is not { } held)
                continue;
            // Made and locked by two calls: a sweep may have come between them.
            if (!File.Exists(path + LockSuffix))
            {
                held.Dispose();
                continue;
            }
            PrivateDirectory.Create(path);
            return new ScratchDirectory(path, held, remove);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _remove(Path);
        _lock.Dispose();
        // What could not be removed is left to the next sweep, which goes by the lock's file.
        if (!Directory.Exists(Path))
            File.Delete(Path + LockSuffix);
    }
}
