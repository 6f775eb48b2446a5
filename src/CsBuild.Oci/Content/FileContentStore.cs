using System.Security.Cryptography;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>
/// Blobs as files of an OCI image layout (<c>blobs/sha256/HEX</c>). A blob is written to <c>csbuild/tmp</c>, hashed
/// on the way, flushed behind the caller's back, and then renamed to its digest. This process sees it from its commit
/// on, others from the rename on; <see cref="SyncAsync"/> waits for that.
/// </summary>
/// <remarks>
/// So a name in the layout stands for bytes that a power cut does not take. What a power cut or <c>kill -9</c> leaves
/// is files in <c>csbuild/tmp</c>, which the next program that uses the store removes.
/// </remarks>
public sealed class FileContentStore : IContentStore, IRandomAccessContent
{
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly string _blobs;
    private readonly string _temp;
    private readonly PendingBlobs _pending;

    private FileContentStore(string root)
    {
        Root = root;
        _blobs = Path.Combine(root, "blobs");
        _temp = Path.Combine(root, LayoutDirectory.PrivateName, "tmp");
        _pending = new PendingBlobs(_blobs);
        Leases = new Leases(Path.Combine(root, LayoutDirectory.PrivateName));
    }

    /// <summary>The layout's directory, absolute.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public string Name => $"the store `{Root}`";

    /// <summary>What running programs use.</summary>
    internal Leases Leases { get; }

    /// <summary>Opens the store in a directory, made (0700) where it is missing. Reads two small files, no more.</summary>
    /// <exception cref="InvalidDataException">The directory holds something else, or a store of a newer program.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    /// <exception cref="IOException">Locks may not hold there: it is on a network file system.</exception>
    public static FileContentStore Open(string root)
    {
        root = Path.GetFullPath(root);
        LayoutDirectory.Claim(root);
        return new FileContentStore(root);
    }

    /// <summary>Where a blob is, or would be. One that was committed since the last <see cref="SyncAsync"/> may not be there yet.</summary>
    public string PathOf(Digest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex);

    /// <inheritdoc/>
    public bool Contains(Digest digest)
    {
        if (!IsHere(digest))
            return false;
        // It may go between the first look and the lease; after that it stays.
        return !Use(digest, isDocument: false) || IsHere(digest);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Use(blob.Digest, MediaTypes.IsManifest(blob.MediaType) || MediaTypes.IsIndex(blob.MediaType));
        var file = TryOpenHandle(blob.Digest)
            ?? throw new FileNotFoundException($"blob {blob.Digest} is not in {Name}; build or pull again", PathOf(blob.Digest));
        // No buffer of its own: readers bring large ones.
        var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        return Task.FromResult<Stream>(new VerifyingStream(stream, blob, Name, $"remove `{PathOf(blob.Digest)}`, then build or pull again"));
    }

    /// <summary>
    /// Removes a blob whose file does not hash to its name, so that who needs it makes it anew; true where it was so. An
    /// image that lies about a blob's size costs nobody the blob.
    /// </summary>
    public bool RemoveIfDamaged(Digest digest)
    {
        if (File.Exists(PathOf(digest)) && IsIntact(digest) is false)
        {
            Remove(digest);
            return true;
        }
        return false;
    }

    /// <summary>True where the blob's file hashes to its name, null where there is none.</summary>
    public bool? IsIntact(Digest digest)
    {
        using var handle = TryOpenHandle(digest);
        if (handle is null)
            return null;
        using var file = new FileStream(handle, FileAccess.Read, bufferSize: 1 << 16);
        var hash = digest.Algorithm == "sha512" ? SHA512.HashData(file) : SHA256.HashData(file);
        return Digest.ToHex(hash) == digest.Hex;
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenHandle(Digest digest)
    {
        Use(digest, isDocument: false);
        return (_pending.TryGet(digest, out var pending) ? TryOpen(pending.TempPath) : null) ?? TryOpen(PathOf(digest));
    }

    /// <inheritdoc/>
    public ContentIngest BeginIngest() => new FileContentIngest(this, TempFile.Create(_temp));

    /// <inheritdoc/>
    public void Remove(Digest digest)
    {
        _pending.Remove(digest);
        try
        {
            File.Delete(PathOf(digest));
        }
        catch (DirectoryNotFoundException)
        {
            // As good as removed.
        }
    }

    /// <summary>True where everything that was committed is on disk under its name, so that <see cref="SyncAsync"/> has no work of this program's own.</summary>
    public bool IsSynced => _pending.IsSynced;

    /// <inheritdoc/>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _pending.FlushAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            if (!Leases.IsActive)
                _pending.ForgetLosses();
            throw;
        }
    }

    /// <summary>Keeps what is looked up from now on from being removed by others, until disposed. Several may, in any number of processes.</summary>
    internal IDisposable BeginUse() => Leases.Begin(_pending.ForgetLosses);

    /// <summary>Removes what killed programs left. Cheap where that is nothing.</summary>
    internal long Sweep()
    {
        Leases.Sweep();
        return TempFile.Sweep(_temp);
    }

    /// <summary>True where the blob is in the store with these very bytes, so that it need not be written again.</summary>
    internal bool IsThere(Digest digest, ReadOnlySpan<byte> bytes)
    {
        Use(digest, isDocument: false);
        try
        {
            if (!SmallFile.Read(PathOf(digest), bytes.Length).AsSpan().SequenceEqual(bytes))
                return false;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return false;
        }
        // Another process may have renamed it a moment ago, and not flushed the name yet.
        _pending.DoubtName(digest);
        return true;
    }

    /// <summary>Takes a finished file over: it is seen under its digest, and begins to be flushed.</summary>
    internal void Publish(TempFile file, Digest digest)
    {
        Leases.Keep(digest);
        _pending.Add(file, digest);
    }

    /// <summary>Disposes something when the blob is on disk under its name, or lost; at once where it is not pending.</summary>
    internal void ReleaseWhenPublished(Digest digest, IDisposable held)
    {
        if (_pending.TryGet(digest, out var pending))
            pending.ReleaseAtEnd(held);
        else
            held.Dispose();
    }

    private bool IsHere(Digest digest) => _pending.TryGet(digest, out _) || File.Exists(PathOf(digest));

    private bool Use(Digest digest, bool isDocument)
    {
        if (!Leases.Keep(digest, isDocument))
            return false;
        Touch(PathOf(digest));
        return true;
    }

    // The time of last use, for `prune`; what happens to it at worst is that something is kept too long or made again.
    private static void Touch(string path)
    {
        try
        {
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            if ((now - File.GetLastWriteTimeUtc(path)).Duration() > TouchEvery && File.Exists(path))
                File.SetLastWriteTimeUtc(path, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or a store that may only be read.
        }
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
