using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>
/// A file that is being written under a name that nobody can guess, and that vanishes with its owner unless it is
/// published. Publishing replaces what has the name: the bytes at hand are fresh, the ones there may be damaged.
/// </summary>
internal sealed class TempFile : IDisposable
{
    private readonly string _directory;
    private readonly string _path;
    private bool _published;
    private Task? _flush;

    private TempFile(string directory, string path, SafeFileHandle handle)
    {
        _directory = directory;
        _path = path;
        Handle = handle;
    }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a file that did not exist, in a directory on the file system of the final place.</summary>
    public static TempFile Create(string directory)
    {
        for (var attempt = 0; ; attempt++)
        {
            var path = Path.Combine(directory, Path.GetRandomFileName());
            try
            {
                return new TempFile(directory, path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
            }
            catch (DirectoryNotFoundException) when (attempt == 0)
            {
                PrivateDirectory.Create(directory);
            }
            catch (IOException e) when (DiskFullException.Is(e))
            {
                throw new DiskFullException(directory, e);
            }
        }
    }

    /// <summary>Appends.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(Handle, bytes, Length);
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
            File.Move(_path, path, overwrite: true);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // The second is what .NET says where another thread made the directory just now.
            PrivateDirectory.Create(Path.GetDirectoryName(path)!);
            File.Move(_path, path, overwrite: true);
        }
        _published = true;
    }

    /// <summary>As <see cref="Publish"/>, but what has the name already stays.</summary>
    public void PublishUnlessThere(string path)
    {
        try
        {
            File.Move(_path, path, overwrite: false);
            _published = true;
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody was faster.
        }
    }

    /// <summary>
    /// Writes a small file so that a reader sees the old bytes or the new ones, also after a power cut. The second
    /// flush is for the name: the systems in use write a renamed file's directory entry with the file.
    /// </summary>
    public static void WriteDurably(string tempDirectory, string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(tempDirectory);
        file.Write(bytes);
        RandomAccess.FlushToDisk(file.Handle);
        file.Publish(path);
        RandomAccess.FlushToDisk(file.Handle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handle.Dispose();
        if (_published)
            return;
        _published = true;
        File.Delete(_path);
    }
}
