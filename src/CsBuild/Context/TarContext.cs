using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// A build context that came as a tar in a stream, as <c>csbuild - &lt; context.tar</c> has it. Owners, modes and times
/// are those of the tar, and no ignore file is applied: what somebody packed is what they want.
/// </summary>
public sealed class TarContext : IFileSource, IDisposable
{
    private readonly FileStream _spool;

    private TarContext(FileStream spool, FileTree tree)
    {
        _spool = spool;
        Tree = tree;
    }

    /// <inheritdoc/>
    public FileTree Tree { get; }

    /// <summary>
    /// Reads a stream to its end: a tar, plain or compressed (gzip, bzip2, xz, zstd), becomes a context, and anything else
    /// is a Dockerfile's text.
    /// </summary>
    /// <exception cref="ContextException">It is neither, damaged, or too large.</exception>
    public static async Task<(TarContext? Context, string? Dockerfile)> ReadAsync(
        Stream input, string temporaryDirectory, LayerLimits limits, CancellationToken cancellationToken)
    {
        using var raw = Temporary(temporaryDirectory);
        await CopyAsync(input, raw, limits.TarSize, cancellationToken).ConfigureAwait(false);
        raw.Position = 0;
        var sniffed = Sniff(raw);
        if (sniffed.IsTar)
            return (await Task.Run(() => Read(sniffed.Content, temporaryDirectory, limits, cancellationToken), cancellationToken).ConfigureAwait(false), null);
        if (raw.Length > BuildFiles.MaxSize)
            throw new ContextException("what was given instead of a context is neither an archive nor a Dockerfile");
        var bytes = new byte[raw.Length];
        await sniffed.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return (null, Encoding.UTF8.GetString(bytes));
    }

    /// <inheritdoc/>
    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) => ValueTask.FromResult(file.Entry.Content);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken) =>
        ValueTask.FromResult(EntrySlice.Open(_spool.SafeFileHandle, file.Entry));

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private static SniffedFile Sniff(Stream raw)
    {
        try
        {
            return ArchiveSniffer.Sniff(raw);
        }
        catch (NotSupportedException e)
        {
            throw new ContextException($"the context cannot be read: {e.Message}", "pack it with gzip", e);
        }
    }

    private static TarContext Read(Stream tar, string directory, LayerLimits limits, CancellationToken cancellationToken)
    {
        var spool = Temporary(directory);
        try
        {
            using var copy = new SpoolingStream(tar, spool);
            var index = LayerReader.BuildIndex(copy, limits, cancellationToken);
            spool.Flush();
            if (index.Entries.FirstOrDefault(e => e.Type is EntryType.Whiteout or EntryType.Opaque) is { } mark)
                throw new ContextException($"`{mark.Path}` of the context has a name that only layers may use (`.wh.`)");
            var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = index.DiffId.Value, Size = index.TarSize };
            return new TarContext(spool, FileTree.Merge([(new Layer(index.DiffId, blob), index)]));
        }
        catch (Exception e)
        {
            spool.Dispose();
            if (e is InvalidDataException or NotSupportedException)
                throw new ContextException($"the context cannot be read: {e.Message}", null, e);
            throw;
        }
    }

    private static async Task CopyAsync(Stream input, FileStream raw, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await raw.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            if (raw.Position > limit)
                throw new ContextException($"the context has more than {limit} bytes");
        }
    }

    private static FileStream Temporary(string directory) => new(
        System.IO.Path.Combine(directory, System.IO.Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
}
