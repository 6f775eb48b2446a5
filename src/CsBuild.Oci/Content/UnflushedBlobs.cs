using System.Collections.Concurrent;

namespace CsBuild.Oci.Content;

/// <summary>
/// Blobs on their way to the disk. Large ones start at once, so that the disk works while the build does; small ones
/// wait for the commit point, where one journal write often serves many.
/// </summary>
internal sealed class UnflushedBlobs
{
    private const long Large = 1 << 20;
    private const int MostWaiting = 128;

    private readonly ConcurrentQueue<(TempFile File, string Path)> _waiting = new();
    private readonly List<Task> _running = [];

    public void Add(TempFile file, string path)
    {
        if (file.Length >= Large)
        {
            Start(() => Flush(file, path));
            return;
        }
        _waiting.Enqueue((file, path));
        // Each holds a descriptor, and those are few.
        if (_waiting.Count > MostWaiting)
            Start(FlushWaiting);
    }

    /// <summary>Flushes and waits for all. A failure is told to everybody who asks from then on: a blob is lost.</summary>
    public async Task FlushAsync()
    {
        if (!_waiting.IsEmpty)
            Start(FlushWaiting);
        Task[] running;
        lock (_running)
            running = [.. _running];
        try
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new IOException($"a blob could not be written to disk: {e.Message}", e);
        }
    }

    private void Start(Action flush)
    {
        lock (_running)
        {
            _running.RemoveAll(t => t.IsCompletedSuccessfully);
            _running.Add(Task.Run(flush));
        }
    }

    private void FlushWaiting()
    {
        while (_waiting.TryDequeue(out var blob))
            Flush(blob.File, blob.Path);
    }

    private static void Flush(TempFile file, string path)
    {
        using (file)
        {
            try
            {
                RandomAccess.FlushToDisk(file.Handle);
            }
            catch (IOException)
            {
                // The kernel may have dropped the pages: a second flush would succeed and lie. The file is lost.
                File.Delete(path);
                throw;
            }
        }
    }
}
