namespace CsBuild.Oci.Images;

/// <summary>The files that make up an image on disk: a directory, or a plain tar read in place. Names are relative, <c>/</c> between.</summary>
internal abstract class ArchiveFiles : IDisposable
{
    /// <summary>What to call it in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The length of a file, or null where there is none.</summary>
    public abstract long? Size(string name);

    /// <summary>Opens a file, or null where there is none. The caller disposes.</summary>
    public abstract Stream? TryOpen(string name);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>All of a small file, or null.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/>.</exception>
    public byte[]? TryRead(string name, int limit)
    {
        if (Size(name) is not { } size)
            return null;
        if (size > limit)
            throw new InvalidDataException($"`{name}` of {Name} has {size} bytes, {limit} is the limit");
        using var stream = TryOpen(name);
        var bytes = new byte[size];
        stream!.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>A directory. A link in it could lead out, so files that are links are refused.</summary>
internal sealed class DirectoryFiles(string directory) : ArchiveFiles
{
    public override string Name => $"`{directory}`";

    public override long? Size(string name) => Find(name)?.Length;

    public override Stream? TryOpen(string name) =>
        Find(name) is { } file ? new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0) : null;

    public override void Dispose()
    {
    }

    private FileInfo? Find(string name)
    {
        var file = new FileInfo(Path.Combine(directory, name));
        if (!file.Exists)
            return null;
        return file.LinkTarget is null ? file : throw new InvalidDataException($"`{name}` of {Name} is a link, which is not followed");
    }
}
