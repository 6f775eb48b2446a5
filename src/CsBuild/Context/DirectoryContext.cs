using CsBuild.Context.Host;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// A directory of this machine as a build context: read when asked for, without what the ignore file leaves out, all
/// of it owned by root. Links are entries like any other; none is followed on the host.
/// </summary>
public sealed class DirectoryContext : IBatchFileSource, IDisposable
{
    private readonly IHostDirectory _host;
    private readonly DirectoryListing _listing;
    private readonly FileDigestCache? _digests;

    private DirectoryContext(string path, IHostDirectory host, IgnoreFile ignore, FileDigestCache? digests)
    {
        Path = path;
        Ignore = ignore;
        _host = host;
        _digests = digests;
        _listing = new DirectoryListing(host, ignore, digests);
        Tree = new FileTree(_listing.Root());
    }

    /// <summary>The directory, absolute.</summary>
    public string Path { get; }

    /// <summary>What decided about the names in <see cref="Tree"/>.</summary>
    public IgnoreFile Ignore { get; }

    /// <inheritdoc/>
    public FileTree Tree { get; }

    /// <summary>
    /// Opens a directory; the name itself may be a link. Hashes are taken from <paramref name="digests"/> where they
    /// can be trusted, and noted there; its owner saves it.
    /// </summary>
    /// <exception cref="ContextException">There is no such directory, or it may not be read.</exception>
    public static DirectoryContext Open(string path, IgnoreFile ignore, FileDigestCache? digests = null)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            IHostDirectory host = OperatingSystem.IsLinux() ? new LinuxDirectory(full) : new PortableDirectory(full);
            return new DirectoryContext(full, host, ignore, digests);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContextException($"context directory `{path}` cannot be read", e.Message, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken)
    {
        var note = HostNote.Of(file);
        if (note.Hash is { } known)
            return known;
        return await Task.Run(() => Hash(file, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Sha256Hash? KnownHash(FileNode file) => HostNote.Of(file).Hash;

    /// <inheritdoc/>
    public async Task HashAllAsync(IReadOnlyList<FileNode> files, CancellationToken cancellationToken)
    {
        var unknown = files.Where(f => HostNote.Of(f).Hash is null).ToList();
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
        if (unknown.Count > 0)
            await Task.Run(() => TreeLoading.OneFailure(() => Parallel.ForEach(unknown, options, f => Hash(f, cancellationToken))), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(OpenRead(file));
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileNode file)
    {
        var (handle, stat) = Reading(() => _host.OpenFile(file.Path));
        if (stat.IsSameVersion(HostNote.Of(file).Stat))
            return new FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: false);
        handle.Dispose();
        throw Changed(file);
    }

    /// <inheritdoc/>
    public void Confirm(FileNode file, Sha256Hash hash)
    {
        if (HostNote.Of(file).Settle(hash, isLasting: false) != hash)
            throw Changed(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _host.Dispose();

    private Sha256Hash Hash(FileNode file, CancellationToken cancellationToken)
    {
        var note = HostNote.Of(file);
        var readAt = _digests?.Now() ?? default;
        using var content = OpenRead(file);
        var hash = Reading(() => FileHashing.Hash(content, file.Entry.Size, cancellationToken)) ?? throw Changed(file);
        return note.Settle(hash, _digests is not null && _digests.MayKeep(note.Stat, readAt));
    }

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContextException("the build context cannot be read: " + e.Message, null, e);
        }
    }

    private static ContextException Changed(FileNode file) =>
        new($"`{file.Path}` was changed while the build read it", "build again when nothing writes into the context");
}
