using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// The right to fetch a blob into a store, among all processes. It saves work and nothing hangs on it: whoever has
/// waited too long fetches too.
/// </summary>
internal sealed class DownloadTurn : IDisposable
{
    // Longer than most downloads. The holder may have been stopped, and a stopped process keeps its locks.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _path;
    private readonly HeldLock? _held;

    private DownloadTurn(string path, HeldLock? held) => (_path, _held) = (path, held);

    /// <summary>Waits until nobody else fetches the blob.</summary>
    /// <param name="temp">The store's directory for temporary files: what a killed process leaves there is swept.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<DownloadTurn> TakeAsync(string temp, Digest blob, CancellationToken cancellationToken)
    {
        var path = Path.Combine(temp, $"fetch-{blob.Algorithm}-{blob.Hex}");
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = 5; ; pause = Math.Min(pause * 2, 100))
        {
            if (HeldLock.TryTake(path) is { } held)
                return new DownloadTurn(path, held);
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                return new DownloadTurn(path, null);
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_held is null)
            return;
        // Somebody may wait on the file that goes here while a third makes a new one: then two fetch, and no more comes of it.
        File.Delete(_path);
        _held.Dispose();
    }
}
