using CsBuild.Oci.Content.Host;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>
/// A file that is being written under a name that nobody can guess, and that vanishes with its owner unless it is
/// published. Publishing replaces what has the name: the bytes at hand are fresh, the ones there may be damaged.
/// </summary>
internal sealed class TempFile : IDisposable
{
    private const int MostAttempts = 3;

    private readonly string _directory;
    private bool _published;
    private Task? _flush;

    private TempFile(string directory, string path, SafeFileHandle handle)
    {
        _directory = directory;
        Path = path;
        Handle = handle;
    }

    /// <summary>Where it is until it is published.</summary>
    public string Path { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a file that did not exist, in a directory on the file system of the final place.</summary>
    public static TempFile Create(string directory)
    {
        for (var attempt = 0; ; attempt++)
        {
            var path = System.IO.Path.Combine(directory, System.IO.Path.GetRandomFileName());
            try
            {
                var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
                // Making and locking are two calls, and a sweep may have come and gone between them. Locked, it stays.
                if (File.Exists(path))
                    return new TempFile(directory, path, handle);
                handle.Dispose();
            }
            catch (DirectoryNotFoundException) when (attempt < MostAttempts)
            {
                PrivateDirectory.Create(directory);
            }
            catch (IOException e) when (DiskFullException.Is(e))
            {
                throw new DiskFullException(directory, e);
            }
            catch (IOException) when (attempt < MostAttempts)
            {
                // A sweep has met the file between its making and its lock; another one will do.
            }
        }
    }

    /// <summary>
    /// Removes the files whose makers are gone: an open file is locked (shared), and that ends with its process. Costs
    /// one look into the directory where there are none.
    /// </summary>
    /// <returns>How many bytes that freed.</returns>
    public static long Sweep(string directory)
    {
        long bytes = 0;
        if (!Directory.Exists(directory))
            return 0;
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            try
            {
                using var abandoned = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
                bytes += RandomAccess.GetLength(abandoned);
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or gone.
            }
        }
        return bytes;
    }

    /// <summary>Appends.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => Write(bytes, Handle);

    /// <summary>Appends through another handle of the same file.</summary>
    public void Write(ReadOnlySpan<byte> bytes, SafeFileHandle through)
    {
        try
        {
            RandomAccess.Write(through, bytes, Length);
            Length += bytes.Length;
        }
        catch (IOException e) when (DiskFullException.Is(e))
        {
            throw new DiskFullException(_directory, e);
        }
    }

    /// <summary>Lets the disk begin with what is there while more is written; <see cref="FlushToDisk"/> tells whether that failed.</summary>
    public void BeginFlush()
    {
        if (_flush is null or { IsCompletedSuccessfully: true })
            _flush = Task.Factory.StartNew(() => RandomAccess.FlushToDisk(Handle), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until the disk has all bytes. After a failure the file is lost: a second flush would succeed and lie.</summary>
    public void FlushToDisk()
    {
        _flush?.GetAwaiter().GetResult();
        RandomAccess.FlushToDisk(Handle);
    }

    /// <summary>Gives the file its name, at once and whole. The handle stays open.</summary>
    public void Publish(string path)
    {
        try
        {
            File.Move(Path, path, overwrite: true);
        }
        catch (Exception e) when (e is (DirectoryNotFoundException or FileNotFoundException) && File.Exists(Path))
        {
            // The second is what .NET says where another thread made the directory just now.
            PrivateDirectory.Create(System.IO.Path.GetDirectoryName(path)!);
            File.Move(Path, path, overwrite: true);
        }
        _published = true;
    }

    /// <summary>As <see cref="Publish"/>, but what has the name already stays.</summary>
    public void PublishUnlessThere(string path)
    {
        try
        {
            File.Move(Path, path, overwrite: false);
            _published = true;
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody was faster.
        }
    }

    /// <summary>
    /// Writes a small file so that a reader sees the old bytes or the new ones, also after a power cut. Returns when the
    /// new ones are there for good.
    /// </summary>
    public static void WriteDurably(string tempDirectory, string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(tempDirectory);
        file.Write(bytes);
        file.FlushToDisk();
        file.Publish(path);
        DirectorySync.Flush(System.IO.Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handle.Dispose();
        if (_published)
            return;
        _published = true;
        File.Delete(Path);
    }
}
