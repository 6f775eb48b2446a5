using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>
/// The entries of a tar that somebody adds, in their order, and their bytes from a plain copy of it in a temporary
/// file, which goes when this is disposed.
/// </summary>
public sealed class ArchiveSource : IFileSource, IDisposable
{
    private readonly FileStream _spool;

    private ArchiveSource(FileStream spool, IReadOnlyList<FileNode> entries)
    {
        _spool = spool;
        Entries = entries;
    }

    /// <summary>Nodes without a tree, one for each entry of the archive: names mean what they do only while they are placed.</summary>
    public IReadOnlyList<FileNode> Entries { get; }

    /// <summary>Always empty; see <see cref="Entries"/>.</summary>
    public FileTree Tree { get; } = FileTrees.Empty();

    /// <summary>Reads a file as an archive: plain tar, or one compressed by gzip, bzip2, xz or zstd, told by its bytes. Null if it is none.</summary>
    /// <exception cref="CopyException">It begins as an archive and is damaged, too large, or of a kind that is not known here.</exception>
    public static async Task<ArchiveSource?> TryOpenAsync(
        IFileSource source, FileNode file, string temporaryDirectory, LayerLimits limits, CancellationToken cancellationToken)
    {
        var stream = await source.OpenReadAsync(file, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            return await Task.Run(() => Read(stream, file, temporaryDirectory, limits, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) => ValueTask.FromResult(file.Entry.Content);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken) =>
        ValueTask.FromResult(EntrySlice.Open(_spool.SafeFileHandle, file.Entry));

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private static SniffedFile Sniff(Stream stream, FileNode file)
    {
        try
        {
            return ArchiveSniffer.Sniff(stream);
        }
        catch (NotSupportedException e)
        {
            throw new CopyException($"archive `{file.Path}` cannot be unpacked: {e.Message}", "use COPY to keep it as it is", e);
        }
    }

    private static ArchiveSource? Read(Stream stream, FileNode file, string directory, LayerLimits limits, CancellationToken cancellationToken)
    {
        var sniffed = Sniff(stream, file);
        if (!sniffed.IsTar)
            return null;
        var spool = new FileStream(
            System.IO.Path.Combine(directory, System.IO.Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            using var copy = new SpoolingStream(sniffed.Content, spool);
            var index = LayerReader.BuildIndex(copy, limits, cancellationToken);
            spool.Flush();
            return new ArchiveSource(spool, [.. index.Entries.Select(e => new FileNode(e.Path[(e.Path.LastIndexOf('/') + 1)..], null, e))]);
        }
        catch (Exception e)
        {
            spool.Dispose();
            if (e is InvalidDataException or NotSupportedException)
                throw new CopyException($"archive `{file.Path}` cannot be unpacked: {e.Message}", null, e);
            throw;
        }
    }
}
