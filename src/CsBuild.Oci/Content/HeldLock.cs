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
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock for a short piece of work, waiting for others who do the same.</summary>
    /// <exception cref="IOException">Somebody has held it for a minute.</exception>
    public static HeldLock Wait(string path)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(pause * 2, 20))
        {
            if (TryTake(path) is { } held)
                return held;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new IOException($"the lock `{path}` is held by another process and was not released for {Patience.TotalSeconds} s");
            Thread.Sleep(pause);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // FileShare is what .NET turns into flock: None is exclusive, Read is shared.
    private static FileStream Open(string path, bool shared) => shared
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0)
        : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
