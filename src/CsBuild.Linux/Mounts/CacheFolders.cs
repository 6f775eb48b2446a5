using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// The directories of cache mounts: <c>caches/HASH/0</c>, and <c>1</c>, <c>2</c> and so on for private caches whose
/// elders are in use. The id is hashed, so nothing in it can be a path. A lock for each makes sharing work across
/// processes.
/// </summary>
internal sealed class CacheFolders(StoreFolders folders)
{
    /// <summary>Finds or makes the directory for a mount and takes its lock, waiting where the mount says so.</summary>
    /// <param name="cache">The mount.</param>
    /// <param name="seed">The layers whose files a new cache starts with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CacheMount> TakeAsync(SandboxMount.Cache cache, IReadOnlyList<string> seed, CancellationToken cancellationToken) =>
        TakeAsync(cache, () => Overlay.Mount(seed, folders.Empty, null, null), cancellationToken);

    /// <summary>As the other, with the directory of the files that a new cache starts with, or null.</summary>
    public Task<CacheMount> TakeAsync(SandboxMount.Cache cache, string? seed, CancellationToken cancellationToken) =>
        TakeAsync(cache, seed is null ? null : () => Libc.Open(seed, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW), cancellationToken);

    private async Task<CacheMount> TakeAsync(SandboxMount.Cache cache, Func<Fd>? seed, CancellationToken cancellationToken)
    {
        var home = Home(cache.Id);
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // For people who ask what takes the room, and since when nobody has used it.
        File.WriteAllText(Path.Combine(home, "id"), cache.Id);
        var (path, taken) = await LockAsync(cache.Sharing, home, cancellationToken).ConfigureAwait(false);
        try
        {
            using (await FileLock.TakeAsync(Path.Combine(home, "new.lock"), shared: false, cancellationToken).ConfigureAwait(false))
                if (!Directory.Exists(path))
                    Make(cache, seed, path);
            return new CacheMount(cache, path, taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>True where there is a cache with this id.</summary>
    public bool Exists(string id) => Directory.Exists(Path.Combine(Home(id), "0"));

    /// <summary>The directory of a cache that no step uses now, kept from them until disposed; null where there is none, or one does.</summary>
    public HeldCache? TryTakeWhole(string id)
    {
        var path = Path.Combine(Home(id), "0");
        return Directory.Exists(path) && FileLock.TryTake(path + ".lock") is { } taken ? new HeldCache(path, taken) : null;
    }

    private string Home(string id) => Path.Combine(folders.Caches, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))));

    private static async Task<(string Path, FileLock Lock)> LockAsync(CacheMountSharing sharing, string home, CancellationToken cancellationToken)
    {
        if (sharing != CacheMountSharing.Private)
        {
            var first = Path.Combine(home, "0");
            return (first, await FileLock.TakeAsync(first + ".lock", sharing == CacheMountSharing.Shared, cancellationToken).ConfigureAwait(false));
        }
        for (var number = 0; ; number++)
        {
            var path = Path.Combine(home, number.ToString(CultureInfo.InvariantCulture));
            if (FileLock.TryTake(path + ".lock") is { } taken)
                return (path, taken);
        }
    }

    /// <summary>Whole or not at all: it is made elsewhere and renamed.</summary>
    private void Make(SandboxMount.Cache cache, Func<Fd>? seed, string path)
    {
        using var folder = RunFolder.Create(folders);
        using var directory = Libc.Open(folder.Make("new"), Libc.O_RDONLY | Libc.O_DIRECTORY);
        if (seed is not null)
        {
            using var layers = seed();
            using var source = Libc.Open(layers.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
            TreeCopy.Copy(source, directory);
        }
        // what is said of the directory that is mounted is not about the one around it
        if (cache.SourcePath == "/")
        {
            MountOwner.Set(directory, [(byte)'.', 0], cache.Uid, cache.Gid, $"the cache at {cache.Target}");
            Libc.Check(Libc.fchmod(directory.Value, (uint)cache.Mode), "chmod");
        }
        Directory.Move(Path.Combine(folder.Path, "new"), path);
    }
}
