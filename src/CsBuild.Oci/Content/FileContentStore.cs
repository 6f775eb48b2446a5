using System.Collections.Concurrent;
using System.Security.Cryptography;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>
/// Blobs as files of an OCI image layout (<c>blobs/sha256/HEX</c>). A blob is written to <c>csbuild/tmp</c>, hashed
/// on the way, and renamed to its digest; it is flushed to disk behind the caller's back, and <see cref="SyncAsync"/>
/// waits for that.
/// </summary>
/// <remarks>
/// The rename comes before the flush, because the flush of a renamed file writes its new name too and .NET cannot
/// flush a directory. A power cut may so leave a damaged blob that no record or tag speaks of. It is harmless: every
/// read verifies, and a blob that is written again replaces the one that is there.
/// </remarks>
public sealed class FileContentStore : IContentStore, IRandomAccessContent
{
    private readonly string _blobs;
    private readonly string _temp;
    private readonly UnflushedBlobs _unflushed = new();
    private readonly ConcurrentQueue<Digest> _met = new();

    private FileContentStore(string root)
    {
        Root = root;
        _blobs = Path.Combine(root, "blobs");
        _temp = Path.Combine(root, LayoutDirectory.PrivateName, "tmp");
    }

    /// <summary>The layout's directory, absolute.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public string Name => $"the store `{Root}`";

    /// <summary>Opens the store in a directory, made (0700) where it is missing. Reads two small files, no more.</summary>
    /// <exception cref="InvalidDataException">The directory holds something else, or a store of a newer program.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    public static FileContentStore Open(string root)
    {
        root = Path.GetFullPath(root);
        LayoutDirectory.Claim(root);
        return new FileContentStore(root);
    }

    /// <summary>Where a blob is, or would be.</summary>
    public string PathOf(Digest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex);

    /// <inheritdoc/>
    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(blob.Digest);
        try
        {
            // No buffer of its own: readers bring large ones.
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return Task.FromResult<Stream>(new VerifyingStream(file, blob, Name, $"remove `{path}`, then build or pull again"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"blob {blob.Digest} is not in {Name}; build or pull again", path, e);
        }
    }

    /// <summary>
    /// Removes a blob whose file does not hash to its name, so that who needs it makes it anew; true where it was so. An
    /// image that lies about a blob's size costs nobody the blob.
    /// </summary>
    public bool RemoveIfDamaged(Digest digest)
    {
        var path = PathOf(digest);
        if (!File.Exists(path))
            return false;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete))
        {
            var hash = digest.Algorithm == "sha512" ? SHA512.HashData(file) : SHA256.HashData(file);
            if (Digest.ToHex(hash) == digest.Hex)
                return false;
        }
        Remove(digest);
        return true;
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenHandle(Digest digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ContentIngest BeginIngest() => new FileContentIngest(this, TempFile.Create(_temp));

    /// <inheritdoc/>
    public void Remove(Digest digest)
    {
        try
        {
            File.Delete(PathOf(digest));
        }
        catch (DirectoryNotFoundException)
        {
            // As good as removed.
        }
    }

    /// <inheritdoc/>
    public Task SyncAsync(CancellationToken cancellationToken)
    {
        while (_met.TryDequeue(out var digest))
        {
            using var file = TryOpenHandle(digest);
            if (file is not null)
                RandomAccess.FlushToDisk(file);
        }
        return _unflushed.FlushAsync().WaitAsync(cancellationToken);
    }

    /// <summary>True where nothing was written, or met by <see cref="IsThere"/>, since the last <see cref="SyncAsync"/>.</summary>
    public bool IsSynced => _unflushed.IsEmpty && _met.IsEmpty;

    /// <summary>True where the blob is in the store with these very bytes, so that it need not be written again.</summary>
    internal bool IsThere(Digest digest, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!SmallFile.Read(PathOf(digest), bytes.Length).AsSpan().SequenceEqual(bytes))
                return false;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return false;
        }
        // Another process may have written it a moment ago, and not flushed it yet.
        _met.Enqueue(digest);
        return true;
    }

    /// <summary>Names a finished file by its digest and begins to flush it. Takes the file over.</summary>
    internal void Publish(TempFile file, Digest digest)
    {
        var path = PathOf(digest);
        file.Publish(path);
        _unflushed.Add(file, path);
    }
}
