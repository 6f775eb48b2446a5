using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>A lock (flock) on a file, held until disposed or until the process ends, however it ends.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Fd _file;

    private FileLock(Fd file) => _file = file;

    /// <summary>Takes the lock if nobody has it; null where somebody does. The file is made where it is missing.</summary>
    public static FileLock? TryTake(string path, bool shared = false)
    {
        while (true)
        {
            var file = Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW, 0x180);
            if (Libc.flock(file.Value, (shared ? Libc.LOCK_SH : Libc.LOCK_EX) | Libc.LOCK_NB) != 0)
            {
                var errno = Libc.LastErrno;
                file.Dispose();
                return errno == Errno.EAGAIN ? null : throw new LinuxException("flock", path, errno);
            }
            // the file may have been removed between the two calls; then the lock is on nothing
            if (Libc.TryStat(Libc.AT_FDCWD, Libc.Name(path)) is { } there && there.IsSameFile(Libc.Stat(file)))
                return new FileLock(file);
            file.Dispose();
        }
    }

    /// <summary>Waits until it can be taken; for locks that are held for moments.</summary>
    public static FileLock Take(string path)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            Thread.Sleep(1);
        }
    }

    /// <summary>Waits until it can be taken. Polls: a wait inside the kernel could not be cancelled.</summary>
    public static async Task<FileLock> TakeAsync(string path, bool shared, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path, shared) is { } taken)
                return taken;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
