using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Reads a store and compares it with what it says of itself: blobs with their names, indexes and records with their
/// checksums, images with their parts, unpacked layers with their indexes. Others may use the store meanwhile.
/// </summary>
internal sealed class StoreChecker(ImageStore store, CheckOptions options, Trash trash)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    private readonly ConcurrentBag<StoreProblem> _problems = [];
    private readonly LayerFiles _layers = new(store.PrivateDirectory);
    private int _files;
    private long _bytes;

    public async Task<StoreCheck> RunAsync(IReadOnlyList<StoredStep> steps, CancellationToken cancellationToken)
    {
        await BlobsAsync(cancellationToken).ConfigureAwait(false);
        Tags();
        Small(steps);
        await LayersAsync(cancellationToken).ConfigureAwait(false);
        if (options.Repair)
            trash.Empty();
        return new StoreCheck(_files, _bytes, [.. _problems.OrderBy(p => p.Subject, StringComparer.Ordinal)]);
    }

    private async Task BlobsAsync(CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(Path.Combine(store.Root, "blobs")).EnumerateDirectories().SelectMany(d => d.EnumerateFiles()).ToArray();
        await Parallel.ForEachAsync(files, cancellationToken, (file, _) =>
        {
            if (!Digest.TryParse($"{file.Directory!.Name}:{file.Name}", out var digest))
                Found(file.FullName, "is no blob: its name is no digest", removable: false);
            else if (IsIntact(file, digest) is { } problem)
                Found(file.FullName, problem, removable: true);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
    }

    private string? IsIntact(FileInfo file, Digest digest)
    {
        try
        {
            Count(file.Length);
            // Null: another program has removed it since.
            return store.Content.IsIntact(digest) is false ? "is damaged: its bytes do not hash to its name" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    private void Tags()
    {
        var path = Path.Combine(store.Root, "index.json");
        Count(new FileInfo(path) is { Exists: true } index ? index.Length : 0);
        if (!store.Tags.IsIntact)
        {
            if (options.Repair)
                store.Tags.Restore();
            Found(path, "is missing or damaged: the list of images is taken from a copy, where there is one", (bool?)options.Repair);
        }
        try
        {
            foreach (var (name, image) in store.Tags.List())
                Image(name.Familiar, image);
        }
        catch (InvalidDataException)
        {
            // Said above.
        }
    }

    private void Image(string name, Descriptor image)
    {
        var reach = new StoreReach(store.Root);
        HashSet<Digest> parts;
        try
        {
            parts = reach.Follow([image.Digest]);
        }
        catch (InvalidDataException e)
        {
            _problems.Add(new StoreProblem(name, $"is not whole: {e.Message}", false));
            return;
        }
        foreach (var part in parts.Where(p => !File.Exists(reach.PathOf(p))))
            _problems.Add(new StoreProblem(name, $"is not whole: blob {part} is missing; build or pull it again", false));
    }

    // Records that can be lost at any time: a damaged one is worth as much as none, and takes room.
    private void Small(IReadOnlyList<StoredStep> steps)
    {
        foreach (var step in steps)
        {
            Count(step.Size);
            if (step.Layer is null)
                Found(step.Path, "is damaged: the step runs again", removable: true);
        }
        foreach (var path in FilesOf("compressed").Concat(FilesOf("refs")))
        {
            Count(new FileInfo(path).Length);
            try
            {
                OciJson.Read<Descriptor>(SmallFile.Read(path, 64 << 10));
            }
            catch (InvalidDataException)
            {
                Found(path, "is damaged: it is made again", removable: true);
            }
            catch (FileNotFoundException)
            {
                // Replaced or removed since.
            }
        }
    }

    private async Task LayersAsync(CancellationToken cancellationToken)
    {
        foreach (var path in FilesOf("layers"))
        {
            Count(new FileInfo(path).Length);
            if (!Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out var digest) || (_layers.TryLoadIndex(new DiffId(digest)) is null && File.Exists(path) && _layers.TryLoadIndex(new DiffId(digest)) is null))
                Found(path, "is damaged: it is made again", removable: true);
        }
        await Parallel.ForEachAsync(FilesOf("tars"), cancellationToken, (path, _) =>
        {
            using var tar = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Count(tar.Length);
            if (Digest.ToHex(System.Security.Cryptography.SHA256.HashData(tar)) != Path.GetFileName(path))
                Found(path, "is damaged: its bytes are not those of the layer", removable: true);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        var unpacked = Path.Combine(store.PrivateDirectory, "unpacked");
        foreach (var directory in Directory.Exists(unpacked) ? Directory.GetDirectories(unpacked) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            // One of an earlier boot is dropped by whoever looks for it, whatever is in it.
            if (Digest.TryParse("sha256:" + Path.GetFileName(directory), out var digest) && IsOfThisBoot(directory) && _layers.TryLoadIndex(new DiffId(digest)) is { } index
                && Look() is not null && Directory.Exists(directory) && Look() is { } problem)
            {
                // Looked at twice: others prune and unpack meanwhile, and what they took away is no damage.
                if (options.Repair)
                    trash.Take(directory);
                Found(directory, $"is not the layer: {problem}", options.Repair);
            }

            string? Look() => new UnpackedCheck(Path.Combine(directory, "fs"), index, options.Deep, Count).Run();
        }
    }

    private static bool IsOfThisBoot(string directory) =>
        !File.Exists(BootId) || !File.Exists(Path.Combine(directory, "boot"))
        || SmallFile.ReadText(Path.Combine(directory, "boot")).Trim() == File.ReadAllText(BootId).Trim();

    private string[] FilesOf(string directory)
    {
        var place = Path.Combine(store.PrivateDirectory, directory);
        return Directory.Exists(place) ? Directory.GetFiles(place) : [];
    }

    private void Found(string path, string message, bool removable)
    {
        if (removable && options.Repair)
            File.Delete(path);
        Found(path, message, (bool?)(removable && options.Repair));
    }

    private void Found(string path, string message, bool? repaired) =>
        _problems.Add(new StoreProblem(Path.GetRelativePath(store.Root, path), message, repaired == true));

    private void Count(long bytes)
    {
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _bytes, bytes);
    }
}
