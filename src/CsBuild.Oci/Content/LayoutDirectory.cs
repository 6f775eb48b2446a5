using System.Text;
using CsBuild.Oci.Content.Host;

namespace CsBuild.Oci.Content;

/// <summary>
/// The directory of a store: an OCI image layout with one more directory, <c>csbuild</c>, for what other tools need
/// not see. OCI image-spec, image-layout.md.
/// </summary>
internal static class LayoutDirectory
{
    /// <summary>The directory for everything that is not part of the layout.</summary>
    public const string PrivateName = "csbuild";

    /// <summary>In <c>csbuild</c>: held by who changes <c>index.json</c>.</summary>
    public const string TagsLockName = "tags.lock";

    // The version of what is in `csbuild`. Raise it when an older program could no longer read what it finds.
    private const string Version = "1\n";

    private static readonly byte[] Marker = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <summary>The bytes of every <c>oci-layout</c> file.</summary>
    public static ReadOnlySpan<byte> MarkerBytes => Marker;

    /// <summary>Makes a store of the directory, or checks that it is one.</summary>
    /// <param name="root">The directory, absolute.</param>
    /// <param name="magicOf">Says which file system a path is in; for tests.</param>
    /// <exception cref="IOException">The directory is where locks do not hold, on a network file system for one.</exception>
    public static void Claim(string root, Func<string, uint?>? magicOf = null)
    {
        RefuseRemote(root, magicOf ?? FileSystemMagic.Of);
        var version = Path.Combine(root, PrivateName, "version");
        if (TryRead(version) is { } found)
        {
            if (found != Version)
                throw new InvalidDataException($"the store `{root}` has layout version {found.Trim()}, this program knows version {Version.Trim()}; use a newer program or another directory");
            PrivateDirectory.Claim(root);
            return;
        }
        // The look at the marker is last: another process may be making the store, and puts it before all that is foreign.
        var hasOthers = Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any(e => Path.GetFileName(e) is not (PrivateName or "blobs" or "lost+found"));
        if (hasOthers && !File.Exists(Path.Combine(root, "oci-layout")))
            throw new InvalidDataException($"`{root}` is neither empty nor an OCI image layout, so it cannot become a store");
        PrivateDirectory.Claim(root);
        Make(root, version);
    }

    private static void Make(string root, string version)
    {
        var temp = Path.Combine(root, PrivateName, "tmp");
        PrivateDirectory.Create(temp);
        PrivateDirectory.Create(Path.Combine(root, "blobs", "sha256"));
        // Two processes may both be here, and a third may already set a tag.
        using var held = HeldLock.Wait(Path.Combine(root, PrivateName, TagsLockName));
        RefuseUnlocked(root);
        // The marker is first: what is interrupted after it is recognised and completed.
        WriteUnlessThere(temp, Path.Combine(root, "oci-layout"), Marker);
        WriteUnlessThere(temp, Path.Combine(root, "index.json"), """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8);
        WriteUnlessThere(temp, version, Encoding.ASCII.GetBytes(Version));
        // Once in a store's life, so that a later flush of a name in it is worth something.
        foreach (var directory in new[] { Path.Combine(root, "blobs"), Path.Combine(root, PrivateName), root })
            DirectorySync.Flush(directory);
        try
        {
            DirectorySync.Flush(Path.GetDirectoryName(root) ?? root);
        }
        catch (IOException)
        {
            // A directory that others own and only they may read.
        }
    }

    /// <summary>
    /// A store on a server's disk is refused, even if a lock can be had there: it may hold for one machine alone, it ends
    /// when the server has not been heard of for a while, and the framework goes on without one that is not to be had.
    /// </summary>
    private static void RefuseRemote(string root, Func<string, uint?> magicOf)
    {
        uint? magic = null;
        for (var path = root; magic is null && path is not null; path = Path.GetDirectoryName(path))
            magic = magicOf(path);
        if (magic is { } found && FileSystemMagic.Remote(found) is { } name)
            throw Unsafe(root, $"is on a network file system ({name}), where locks may not hold");
    }

    private static void RefuseUnlocked(string root)
    {
        using var second = HeldLock.TryTake(Path.Combine(root, PrivateName, TagsLockName));
        if (second is not null)
            throw Unsafe(root, "is where locks do not hold: two could have one at the same time");
    }

    private static IOException Unsafe(string root, string reason) =>
        new($"`{root}` {reason}, so builds and prunes could damage each other's work; choose a directory on a local disk");

    private static void WriteUnlessThere(string temp, string path, ReadOnlySpan<byte> bytes)
    {
        using var file = TempFile.Create(temp);
        file.Write(bytes);
        file.FlushToDisk();
        file.PublishUnlessThere(path);
    }

    private static string? TryRead(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            Span<byte> bytes = stackalloc byte[32];
            return Encoding.ASCII.GetString(bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"the store at `{path}` cannot be read; it may belong to another user", e);
        }
    }
}
