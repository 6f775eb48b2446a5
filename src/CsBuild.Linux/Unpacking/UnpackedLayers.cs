using System.Collections.Concurrent;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Mounts;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Snapshots;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// Layers as directories: a cache of the store's blobs, <c>unpacked/KEY/fs</c>. KEY is the diff ID or, for a layer
/// that uses directories it does not list, the chain ID. A directory appears whole or not at all, and carries the
/// boot id under which it was written: nothing flushes these files, so after a restart they are made again.
/// </summary>
internal sealed class UnpackedLayers(StoreFolders folders, LayerStore store)
{
    private const string RootMark = "root";
    private const string OpaqueMark = "opaque";
    private readonly ConcurrentDictionary<Digest, Lazy<Task<string>>> _running = new();

    /// <summary>
    /// The directories of all layers that show, lowest first: nothing below one that hides the whole root. What is
    /// missing is unpacked, several at a time.
    /// </summary>
    public async Task<IReadOnlyList<string>> GetAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var tasks = new List<Task<string>>();
        var chain = Snapshot.Empty;
        foreach (var layer in snapshot.Layers)
        {
            IReadOnlyList<Task<string>> below = [.. tasks];
            chain = chain.With(layer);
            tasks.Add(GetAsync(layer, chain.ChainId, below, cancellationToken));
        }
        return Visible(await Task.WhenAll(tasks).ConfigureAwait(false));
    }

    private static string[] Visible(string[] layers)
    {
        var lowest = Array.FindLastIndex(layers, layer => File.Exists(Path.Combine(Path.GetDirectoryName(layer)!, OpaqueMark)));
        return lowest > 0 ? layers[lowest..] : layers;
    }

    /// <summary>
    /// Makes the top directory of an overlay's <paramref name="upper"/> what the layers say of the root, or 0755 and
    /// 1970 where none says anything: the overlay shows its topmost directory's.
    /// </summary>
    public static unsafe void DescribeRoot(IReadOnlyList<string> layers, string upper)
    {
        var listed = layers.LastOrDefault(layer => File.Exists(Path.Combine(Path.GetDirectoryName(layer)!, RootMark)));
        var root = listed is null ? default : Libc.Stat(Libc.AT_FDCWD, Libc.Name(listed));
        fixed (byte* path = Libc.Name(upper))
        {
            using (var directory = Libc.Open(upper, Libc.O_PATH | Libc.O_DIRECTORY))
            {
                using var below = listed is null ? null : Libc.Open(listed, Libc.O_PATH | Libc.O_DIRECTORY);
                var (uid, gid) = below is null ? (0, 0) : Owners.Of(below, [(byte)'.', 0], root);
                Owners.Set(directory, [(byte)'.', 0], new LayerEntry { Path = "/", Type = EntryType.Directory, Uid = uid, Gid = gid });
            }
            Libc.Check(Libc.fchmodat(Libc.AT_FDCWD, path, listed is null ? 0x1EDu : (uint)root.Permissions, 0), "chmod", upper);
            Libc.SetTime(Libc.AT_FDCWD, path, root.Mtime);
        }
    }

    /// <summary>Takes over a directory that already has the form of the layer; it is gone from its place afterwards.</summary>
    public void Adopt(string directory, DiffId diffId)
    {
        store.Keep(diffId.Value);
        using var folder = RunFolder.Create(folders);
        Directory.Move(directory, Path.Combine(folder.Path, "fs"));
        Publish(folder, KeyOf(diffId.Value));
    }

    private async Task<string> GetAsync(Layer layer, Digest chainId, IReadOnlyList<Task<string>> below, CancellationToken cancellationToken)
    {
        // Before the look: a prune may be under way.
        store.Keep(layer.DiffId.Value);
        store.Keep(chainId);
        while (true)
        {
            if ((Find(KeyOf(layer.DiffId.Value)) ?? Find(KeyOf(chainId))) is { } there)
                return there;
            var run = _running.GetOrAdd(chainId, _ => new Lazy<Task<string>>(
                () => Task.Run(() => UnpackAsync(layer, chainId, below, cancellationToken), cancellationToken)));
            try
            {
                return await run.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // the build that was unpacking it was cancelled, this one was not
            }
            finally
            {
                _running.TryRemove(KeyValuePair.Create(chainId, run));
            }
        }
    }

    private async Task<string> UnpackAsync(Layer layer, Digest chainId, IReadOnlyList<Task<string>> below, CancellationToken cancellationToken)
    {
        using var folder = RunFolder.Create(folders);
        using var root = Libc.Open(folder.Make("fs"), Libc.O_RDONLY | Libc.O_DIRECTORY);
        Fd? lower = null;
        // only asked for by layers that do not list their directories; those below never wait for this one
        using var directories = new LayerDirectories(root, () => below.Count == 0
            ? null
            : lower ??= Overlay.Mount(Visible(Task.WhenAll(below).GetAwaiter().GetResult()), folders.Empty, null, null));
        try
        {
            var unpacker = new LayerUnpacker(root, directories);
            var tar = await store.OpenUncompressedAsync(layer, cancellationToken).ConfigureAwait(false);
            await using (tar.ConfigureAwait(false))
                unpacker.Unpack(tar, cancellationToken);
            // The mark may come last, after what is below was asked for: then once more, with nothing below.
            if (unpacker.HidesAll && directories.DependsOnLower && below.Count > 0)
                return await UnpackAsync(layer, chainId, [], cancellationToken).ConfigureAwait(false);
            if (unpacker.HidesAll)
                File.WriteAllText(Path.Combine(folder.Path, OpaqueMark), "");
            if (directories.ListsRoot)
                File.WriteAllText(Path.Combine(folder.Path, RootMark), "");
            return Publish(folder, KeyOf(directories.DependsOnLower ? chainId : layer.DiffId.Value));
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"layer {layer.DiffId}: {problem.Message}", problem);
        }
        catch (LinuxException problem)
        {
            throw new IOException($"layer {layer.DiffId} cannot be unpacked: {problem.Message}", problem);
        }
        finally
        {
            lower?.Dispose();
        }
    }

    private static string KeyOf(Digest digest) => digest.Hex;

    private string? Find(string key)
    {
        var directory = Path.Combine(folders.Unpacked, key);
        var boot = Path.Combine(directory, "boot");
        if (!Directory.Exists(directory))
            return null;
        if (File.Exists(boot) && File.ReadAllText(boot) == folders.BootId)
            return Path.Combine(directory, "fs");
        Discard(directory, boot);
        return null;
    }

    /// <summary>Under a lock, and after another look: somebody else may have replaced it since.</summary>
    private void Discard(string directory, string boot)
    {
        using var taken = FileLock.Take(Path.Combine(folders.Unpacked, ".lock"));
        if (!Directory.Exists(directory) || (File.Exists(boot) && File.ReadAllText(boot) == folders.BootId))
            return;
        using var trash = RunFolder.Create(folders);
        Directory.Move(directory, Path.Combine(trash.Path, "old"));
    }

    /// <summary>By a rename that replaces nothing: who comes second uses what is there.</summary>
    private unsafe string Publish(RunFolder folder, string key)
    {
        // One of another boot that has the name goes; one of this boot stays.
        if (Find(key) is { } there)
            return there;
        File.WriteAllText(Path.Combine(folder.Path, "boot"), folders.BootId);
        var target = Path.Combine(folders.Unpacked, key);
        using var taken = FileLock.Take(Path.Combine(folders.Unpacked, ".lock"));
        fixed (byte* from = Libc.Name(folder.Path))
        fixed (byte* to = Libc.Name(target))
        {
            if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) != 0 && Libc.LastErrno != Errno.EEXIST)
                throw new LinuxException("rename", target, Libc.LastErrno);
        }
        return Path.Combine(target, "fs");
    }
}
