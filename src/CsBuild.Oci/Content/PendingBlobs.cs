using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CsBuild.Oci.Content.Host;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// Blobs on their way to the disk. A name in the layout means that the bytes are there for good, so a blob gets its
/// name after its flush; until then only this process sees it. Large ones are flushed at once, so that the disk works
/// while the build does; small ones wait for the commit point or a second, whatever comes first, and are then flushed
/// side by side, because the file system writes one journal entry for those who ask together.
/// </summary>
/// <remarks>
/// One flush for each file, and one of the directory: a flush of the whole file system would write the unpacked
/// layers too, which are as large as all blobs together and need no flush.
/// </remarks>
internal sealed class PendingBlobs(string blobs)
{
    private const long Large = 1 << 20;
    private const int MostWaiting = 128;
    private const int MostAtATime = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Digest, PendingBlob> _all = new();
    private readonly ConcurrentQueue<PendingBlob> _waiting = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly ConcurrentDictionary<string, bool> _renamedIn = new();
    private readonly ConcurrentDictionary<string, bool> _doubted = new();
    private readonly ConcurrentDictionary<Digest, IOException> _lost = new();
    private int _timers;

    /// <summary>Takes a finished file over. Where the same blob is pending already, that one stays.</summary>
    public void Add(TempFile file, Digest digest)
    {
        var blob = new PendingBlob(file, digest, Path.Combine(blobs, digest.Algorithm, digest.Hex));
        _lost.TryRemove(digest, out _);
        if (!_all.TryAdd(digest, blob))
        {
            blob.Dispose();
            return;
        }
        if (blob.Length >= Large)
        {
            // Not one of the pool's few threads: the disk may take seconds.
            Start(() => Publish(blob), TaskCreationOptions.LongRunning);
            return;
        }
        _waiting.Enqueue(blob);
        // Each holds a descriptor, and those are few.
        if (_waiting.Count > MostWaiting)
            Start(PublishWaiting, TaskCreationOptions.None);
        else if (Interlocked.Exchange(ref _timers, 1) == 0)
            _ = PublishSoonAsync();
    }

    /// <summary>The blob, where it is finished and has no name yet.</summary>
    public bool TryGet(Digest digest, [MaybeNullWhen(false)] out PendingBlob blob) => _all.TryGetValue(digest, out blob);

    /// <summary>Gives a pending blob up.</summary>
    public void Remove(Digest digest)
    {
        if (_all.TryRemove(digest, out var blob))
            blob.Dispose();
    }

    /// <summary>Says that another process may have renamed a blob a moment ago, so that the name needs a flush.</summary>
    public void DoubtName(Digest digest) => _doubted[Path.Combine(blobs, digest.Algorithm)] = true;

    /// <summary>True where all that was added is on disk, bytes and name, and nothing was lost.</summary>
    public bool IsSynced => _all.IsEmpty && _running.IsEmpty && _renamedIn.IsEmpty && _lost.IsEmpty;

    /// <summary>Returns when all blobs have their names and names and bytes are on disk.</summary>
    /// <exception cref="IOException">A blob was lost, now or since <see cref="ForgetLosses"/>, and has not come again.</exception>
    public Task FlushAsync() =>
        IsSynced && _doubted.IsEmpty ? Task.CompletedTask : FlushAllAsync();

    /// <summary>Call it when nobody is left who may have wanted a blob that was lost.</summary>
    public void ForgetLosses() => _lost.Clear();

    private async Task FlushAllAsync()
    {
        Start(PublishWaiting, TaskCreationOptions.None);
        // All, also those that somebody else waits for: the caller's blobs may be among them.
        while (_running.Keys.FirstOrDefault() is { } task)
            await task.ConfigureAwait(false);
        if (_lost.Values.FirstOrDefault() is { } loss)
            throw _lost.Values.FirstOrDefault(l => l is DiskFullException) ?? new IOException($"a blob could not be written to disk: {loss.Message}", loss);
        foreach (var directory in _renamedIn.Keys.Union(_doubted.Keys))
        {
            // Before the flush: a rename that comes meanwhile needs another one.
            _renamedIn.TryRemove(directory, out _);
            _doubted.TryRemove(directory, out _);
            await Task.Run(() => DirectorySync.Flush(directory)).ConfigureAwait(false);
        }
    }

    private void Start(Action work, TaskCreationOptions options)
    {
        var task = new Task(work, options);
        _running[task] = true;
        _ = task.ContinueWith(t => _running.TryRemove(t, out bool _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        task.Start(TaskScheduler.Default);
    }

    // A build may go on for an hour after a step; what the step made shall not hang on that.
    private async Task PublishSoonAsync()
    {
        await Task.Delay(Patience).ConfigureAwait(false);
        Volatile.Write(ref _timers, 0);
        Start(PublishWaiting, TaskCreationOptions.None);
    }

    private void PublishWaiting()
    {
        var batch = new List<PendingBlob>();
        while (_waiting.TryDequeue(out var blob))
            batch.Add(blob);
        if (batch.Count == 1)
            Publish(batch[0]);
        else if (batch.Count > 1)
            Parallel.ForEach(batch, new ParallelOptions { MaxDegreeOfParallelism = MostAtATime }, Publish);
    }

    private void Publish(PendingBlob blob)
    {
        try
        {
            if (blob.Publish())
                _renamedIn[Path.Combine(blobs, blob.Digest.Algorithm)] = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lost[blob.Digest] = e as IOException ?? new IOException(e.Message, e);
        }
        finally
        {
            // After the rename: a reader that finds it in neither place looks here first.
            _all.TryRemove(KeyValuePair.Create(blob.Digest, blob));
            blob.Dispose();
        }
    }
}
