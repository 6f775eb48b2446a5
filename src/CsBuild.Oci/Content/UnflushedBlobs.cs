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

    private readonly ConcurrentQueue<Task> _running = new();
    private readonly ConcurrentQueue<(TempFile File, string Path)> _waiting = new();

    /// <summary>True where nothing waits.</summary>
    public bool IsEmpty => _running.IsEmpty && _waiting.IsEmpty;

    public void Add(TempFile file, string path)
    {
        if (file.Length >= Large)
        {
            // Not one of the pool's few threads: the disk may take seconds.
            _running.Enqueue(Task.Factory.StartNew(() => Flush(file, path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            return;
        }
        _waiting.Enqueue((file, path));
        // Each holds a descriptor, and those are few.
        if (_waiting.Count > MostWaiting)
            _running.Enqueue(Task.Run(FlushWaiting));
    }

    public Task FlushAsync() => IsEmpty ? Task.CompletedTask : FlushAllAsync();

    private async Task FlushAllAsync()
    {
        _running.Enqueue(Task.Run(FlushWaiting));
        List<Exception> failures = [];
        while (_running.TryDequeue(out var task))
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (IOException e)
            {
                failures.Add(e);
            }
        }
        if (failures.Count > 0)
            throw new IOException($"a blob could not be written to disk: {failures[0].Message}", failures[0]);
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
                file.FlushToDisk();
            }
            catch (IOException e)
            {
                // The kernel may have dropped the pages. The file is lost.
                File.Delete(path);
                if (DiskFullException.Is(e))
                    throw new DiskFullException(Path.GetDirectoryName(path)!, e);
                throw;
            }
        }
    }
}
