using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>A finished blob whose bytes may not be on disk yet, so that it has no name in the layout.</summary>
internal sealed class PendingBlob(TempFile file, Digest digest, string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<IDisposable> _held = [];
    private bool _ended;

    public Digest Digest => digest;

    /// <summary>Where its bytes are until it is published.</summary>
    public string TempPath => file.Path;

    public long Length => file.Length;

    /// <summary>Releases something when the blob is published or lost; at once where that is so already.</summary>
    public void ReleaseAtEnd(IDisposable held)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _held.Add(held);
                return;
            }
        }
        held.Dispose();
    }

    /// <summary>Flushes the bytes, then gives the file its name. True where it has it now.</summary>
    /// <exception cref="IOException">The disk could not write. The kernel may have dropped the pages, so the blob is lost.</exception>
    public bool Publish()
    {
        try
        {
            file.FlushToDisk();
        }
        catch (IOException e) when (DiskFullException.Is(e))
        {
            throw new DiskFullException(Path.GetDirectoryName(path)!, e);
        }
        catch (ObjectDisposedException)
        {
            // Given up meanwhile.
            return false;
        }
        lock (_gate)
        {
            if (_ended)
                return false;
            file.Publish(path);
            return true;
        }
    }

    /// <summary>Ends it: what was not published is removed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            file.Dispose();
        }
        foreach (var held in _held)
            held.Dispose();
    }
}
