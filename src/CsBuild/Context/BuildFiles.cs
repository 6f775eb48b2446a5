using System.IO.Abstractions;
using System.Text;
using CsBuild.Oci.Layers;

namespace CsBuild.Context;

/// <summary>A Dockerfile as found.</summary>
/// <param name="Name">As it was named, or found: for messages.</param>
/// <param name="Path">Absolute; in a context that is no directory, relative to its root.</param>
/// <param name="Text">Its text; a byte order mark is kept for the parser to see.</param>
public sealed record FoundDockerfile(string Name, string Path, string Text);

/// <summary>
/// Finds and reads the Dockerfile and the ignore file of a local context. They are the user's own files, so links are
/// followed; pipes and devices are not opened, because that could wait for ever.
/// </summary>
public sealed class BuildFiles(IFileSystem files)
{
    /// <summary>The largest Dockerfile or ignore file that is read.</summary>
    public const long MaxSize = 16 * 1024 * 1024;

    private static readonly string[] DefaultNames = ["Dockerfile", "dockerfile", "Containerfile"];

    /// <summary>
    /// Reads the Dockerfile: <paramref name="name"/> (relative to the current directory, as the tool's <c>-f</c>), or
    /// the first of Dockerfile, dockerfile and Containerfile in <paramref name="contextDirectory"/>.
    /// </summary>
    /// <exception cref="ContextException">There is none, or it cannot be read.</exception>
    public FoundDockerfile FindDockerfile(string? contextDirectory, string? name)
    {
        if (name is not null)
        {
            var path = files.Path.GetFullPath(name);
            return Found(name, path, Read(path, name) ?? throw Missing(name));
        }
        if (contextDirectory is null)
            throw Missing(DefaultNames[0]);
        foreach (var candidate in DefaultNames)
        {
            var path = files.Path.Combine(files.Path.GetFullPath(contextDirectory), candidate);
            if (Read(path, candidate) is { } text)
                return Found(candidate, path, text);
        }
        throw Missing(DefaultNames[0], $"`{contextDirectory}` has none of {string.Join(", ", DefaultNames)}; name the file with -f");
    }

    /// <summary>The path of the Dockerfile that is meant where none is named, or null.</summary>
    public string? DefaultDockerfile(string contextDirectory)
    {
        var directory = files.Path.GetFullPath(contextDirectory);
        return DefaultNames.Select(name => files.Path.Combine(directory, name)).FirstOrDefault(files.File.Exists);
    }

    /// <summary>
    /// The rules for a context: those of <c>NAME.dockerignore</c> beside the Dockerfile if that exists, and only then
    /// those of <c>.dockerignore</c> in the context. They are not put together.
    /// </summary>
    /// <param name="contextDirectory">The context.</param>
    /// <param name="dockerfilePath">The Dockerfile's path, or null where it is no file or is another context's.</param>
    /// <exception cref="ContextException">It cannot be read or has a malformed pattern.</exception>
    public IgnoreFile FindIgnoreFile(string contextDirectory, string? dockerfilePath)
    {
        var own = dockerfilePath is null ? null : dockerfilePath + ".dockerignore";
        foreach (var path in new[] { own, files.Path.Combine(files.Path.GetFullPath(contextDirectory), ".dockerignore") })
        {
            if (path is not null && Read(path, files.Path.GetFileName(path)) is { } text)
                return Parsed(text, files.Path.GetFileName(path));
        }
        return IgnoreFile.Empty;
    }

    /// <summary>The rules of a file that was named (<c>--ignorefile</c>), relative to the current directory.</summary>
    /// <exception cref="ContextException">It is not there, cannot be read or has a malformed pattern.</exception>
    public IgnoreFile ReadIgnoreFile(string name) => Read(files.Path.GetFullPath(name), name) is { } text
        ? Parsed(text, files.Path.GetFileName(name))
        : throw new ContextException($"the ignore file `{name}` is not there");

    private static IgnoreFile Parsed(string text, string name)
    {
        try
        {
            return IgnoreFile.Parse(text, name);
        }
        catch (FormatException e)
        {
            throw new ContextException($"error reading {name}: {e.Message}", null, e);
        }
    }

    /// <summary>Reads the Dockerfile of a context that is no directory; links are followed inside the context.</summary>
    /// <exception cref="ContextException">There is none, or it is too large.</exception>
    public static async Task<FoundDockerfile> FindDockerfileAsync(IFileSource context, string? name, CancellationToken cancellationToken)
    {
        foreach (var candidate in name is null ? DefaultNames : [name])
        {
            if (context.Tree.Find(candidate) is not { Entry.Type: EntryType.File } file)
                continue;
            if (file.Entry.Size > MaxSize)
                throw new ContextException($"`{candidate}` is larger than {MaxSize / (1024 * 1024)} MiB");
            var bytes = new byte[file.Entry.Size];
            var stream = await context.OpenReadAsync(file, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
            return Found(candidate, candidate, Decode(bytes));
        }
        throw Missing(name ?? DefaultNames[0]);
    }

    private static FoundDockerfile Found(string name, string path, string text) => text.Length > 0
        ? new FoundDockerfile(name, path, text)
        : throw new ContextException($"the Dockerfile cannot be empty, and `{name}` is, or is no regular file");

    private string? Read(string path, string name)
    {
        try
        {
            if (files.Directory.Exists(path))
                throw new ContextException($"`{name}` is a directory");
            if (!files.File.Exists(path))
                return null;
            // A pipe or device has no length, and is not opened.
            var target = files.FileInfo.FromFileName(path);
            var length = Length(path, target);
            if (length > MaxSize)
                throw new ContextException($"`{name}` is larger than {MaxSize / (1024 * 1024)} MiB");
            return length == 0 ? "" : Decode(files.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContextException($"`{name}` cannot be read: {e.Message}", null, e);
        }
    }

    // Of a link the length is that of its text; what it points to is asked for.
    private static long Length(string path, IFileInfo file) =>
        file.Attributes.HasFlag(FileAttributes.ReparsePoint) && File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true } real
            ? real.Length : file.Length;

    // Bytes that are not UTF-8 become replacement characters; the mark at the start stays for the parser.
    private static string Decode(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static ContextException Missing(string name, string? hint = null) =>
        new($"failed to read dockerfile: open {name}: no such file or directory", hint);
}
