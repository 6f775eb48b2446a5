namespace CsBuild.Oci.Content;

/// <summary>
/// A lock between processes: a file held open. It ends with its holder, however that dies, so nothing is ever left
/// locked; the file itself stays.
/// </summary>
internal sealed class HeldLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FileStream _file;

    private HeldLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if nobody has it (shared: if nobody has it alone); else null.</summary>
    public static HeldLock? TryTake(string path, bool shared = false)
    {
        try
        {
            return new HeldLock(Open(path, shared));
        }
        catch (DirectoryNotFoundException)
        {
            PrivateDirectory.Create(Path.GetDirectoryName(path)!);
            return new HeldLock(Open(path, shared));
        }
        catch (FileNotFoundException)
        {
            // Somebody else may make it in the same moment; that does no harm.
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0))
                return TryTake(path, shared);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    /// <summary>Takes the lock for a short piece of work, waiting for others who do the same.</summary>
    /// <exception cref="IOException">Somebody has held it for a minute.</exception>
    public static HeldLock Wait(string path, bool shared = false)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(pause * 2, 20))
        {
            if (TryTake(path, shared) is { } held)
                return held;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw StillHeld(path);
            Thread.Sleep(pause);
        }
    }

    /// <summary>As <see cref="Wait"/>, but nobody's thread waits.</summary>
    /// <exception cref="IOException">Somebody has held it for a minute.</exception>
    public static async Task<HeldLock> WaitAsync(string path, bool shared, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(pause * 2, 20))
        {
            if (TryTake(path, shared) is { } held)
                return held;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw StillHeld(path);
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // What .NET makes of EWOULDBLOCK (Linux, macOS) and of Windows' two codes; anything else is no lock but a failure.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private static IOException StillHeld(string path) =>
        new($"the lock `{path}` is held by another process and was not released for {Patience.TotalSeconds} s");

    // FileShare is what .NET turns into flock: None is exclusive, Read is shared.
    private static FileStream Open(string path, bool shared) => shared
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0)
        : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
