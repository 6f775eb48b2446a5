using CsBuild.Context;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Fetching.Http;

/// <summary>A download as a source of files: one file in the root, mode 0600, root's, as old as the server says or of 1970.</summary>
internal sealed class DownloadedFile : IFileSource
{
    private const int Mode = 0x180;

    private readonly IContentStore _content;
    private readonly Descriptor _blob;

    public DownloadedFile(IContentStore content, Download download, string name)
    {
        _content = content;
        _blob = download.Blob;
        var entry = new LayerEntry
        {
            Path = name,
            Type = EntryType.File,
            Mode = Mode,
            Size = _blob.Size,
            Mtime = download.LastModified ?? UnixTime.Epoch,
            Content = Sha256Hash.Read(Convert.FromHexString(_blob.Digest.Hex)),
        };
        Tree = new FileTree(FileTrees.Root(root => [new FileNode(name, root, entry)]));
    }

    public FileTree Tree { get; }

    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) => new(file.Entry.Content);

    public async ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken) =>
        await _content.OpenReadAsync(_blob, cancellationToken).ConfigureAwait(false);
}
