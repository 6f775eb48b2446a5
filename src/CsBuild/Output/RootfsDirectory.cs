using CsBuild.Oci.Layers;

namespace CsBuild.Output;

/// <summary>
/// The merged file system of an image as a directory of this machine, owned by the caller. Links that stand in the
/// destination are replaced, never followed.
/// </summary>
internal sealed class RootfsDirectory(IFileSource source, string root, UnixTime? epoch)
{
    private readonly Dictionary<LayerEntry, string> _written = new(ReferenceEqualityComparer.Instance);

    /// <summary>Writes everything. What is in the destination and not in the image stays.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        await WriteChildrenAsync(source.Tree.Root, root, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteChildrenAsync(FileNode directory, string path, CancellationToken cancellationToken)
    {
        foreach (var child in directory.Children)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!HasOnlyPairs(child.Name))
                throw new BuildException(BuildFailure.Output, $"{child.Path}: the name is not UTF-8 and cannot be written as a file; use type=tar");
            var target = Path.Combine(path, child.Name);
            Clear(target, child.IsDirectory);
            switch (child.Entry.Type)
            {
                case EntryType.Directory:
                    Directory.CreateDirectory(target);
                    await WriteChildrenAsync(child, target, cancellationToken).ConfigureAwait(false);
                    Finish(target, child.Entry);
                    break;
                case EntryType.Symlink:
                    File.CreateSymbolicLink(target, child.Entry.LinkTarget!);
                    break;
                case EntryType.File:
                    await WriteFileAsync(child, target, cancellationToken).ConfigureAwait(false);
                    Finish(target, child.Entry);
                    break;
                default:
                    break; // devices and pipes have no place in a directory of an ordinary user
            }
        }
    }

    private async Task WriteFileAsync(FileNode node, string target, CancellationToken cancellationToken)
    {
        if (_written.TryGetValue(node.Entry, out var first))
        {
            File.Copy(first, target);
            return;
        }
        _written.Add(node.Entry, target);
        var content = await source.OpenReadAsync(node, cancellationToken).ConfigureAwait(false);
        await using var reading = content.ConfigureAwait(false);
        var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        await using var writing = file.ConfigureAwait(false);
        await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    private void Finish(string target, LayerEntry entry)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(target, (UnixFileMode)(entry.Mode & 0xFFF));
        var time = epoch ?? entry.Mtime;
        var ticks = Math.Clamp(time.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        var stamp = DateTimeOffset.FromUnixTimeSeconds(ticks).AddTicks(time.Nanoseconds / 100).UtcDateTime;
        if (entry.Type == EntryType.Directory)
            Directory.SetLastWriteTimeUtc(target, stamp);
        else
            File.SetLastWriteTimeUtc(target, stamp);
    }

    private static void Clear(string target, bool isDirectory)
    {
        var there = new FileInfo(target);
        if (there.LinkTarget is not null || there.Exists)
            there.Delete();
        else if (!isDirectory && Directory.Exists(target))
            Directory.Delete(target, recursive: true);
    }

    private static bool HasOnlyPairs(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]))
                i++;
            else if (char.IsSurrogate(name[i]))
                return false;
        }
        return true;
    }
}
