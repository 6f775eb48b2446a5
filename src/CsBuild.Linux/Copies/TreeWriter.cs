using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Unpacking;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;

namespace CsBuild.Linux.Copies;

/// <summary>
/// Writes a merged tree as ordinary files, for where no overlay can be mounted: names from the layers' indexes, bytes
/// as slices of their tars. There are no whiteouts in it, so nothing has to be hidden.
/// </summary>
internal sealed class TreeWriter(LayeredFileSource source, Fd root)
{
    private readonly Dictionary<LayerEntry, string> _written = new(ReferenceEqualityComparer.Instance);
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Writes all of it.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(source.Tree.Root, root, cancellationToken).ConfigureAwait(false);
        Describe(root, [(byte)'.', 0], source.Tree.Root.Entry with { Type = EntryType.Directory });
    }

    private async Task WriteAsync(FileNode node, Fd directory, CancellationToken cancellationToken)
    {
        foreach (var child in node.Children)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Libc.Name(child.Name);
            if (child.IsDirectory)
            {
                RootPath.Make(directory, name, directory: true);
                using var open = Libc.Open(directory.Value, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
                await WriteAsync(child, open, cancellationToken).ConfigureAwait(false);
            }
            else if (_written.TryGetValue(child.Entry, out var first))
            {
                Link(first, directory, name);
                continue;
            }
            else
            {
                await CreateAsync(child, directory, name, cancellationToken).ConfigureAwait(false);
                _written.Add(child.Entry, child.Path);
            }
            Describe(directory, name, child.Entry);
        }
    }

    private async Task CreateAsync(FileNode node, Fd directory, byte[] name, CancellationToken cancellationToken)
    {
        var entry = node.Entry;
        switch (entry.Type)
        {
            case EntryType.File:
                var content = await source.OpenReadAsync(node, cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                using (var file = Libc.Open(directory.Value, name, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY | Libc.O_NOFOLLOW, 0x180))
                    for (int count; (count = content.Read(_buffer)) > 0;)
                        Libc.WriteAll(file, _buffer.AsSpan(0, count));
                break;
            case EntryType.Symlink:
                Symlink(directory, name, entry);
                break;
            default:
                Node(directory, name, entry);
                break;
        }
    }

    private static unsafe void Symlink(Fd directory, byte[] name, LayerEntry entry)
    {
        fixed (byte* target = Libc.Name(entry.LinkTarget))
        fixed (byte* pointer = name)
            Libc.Check(Libc.symlinkat(target, directory.Value, pointer), "symlink", entry.Path);
    }

    /// <summary>As in <see cref="LayerUnpacker"/>: an empty file stands for a device that cannot be made.</summary>
    private static unsafe void Node(Fd directory, byte[] name, LayerEntry entry)
    {
        if (entry.Type != EntryType.Fifo && !(ProcessRights.Current.IsInitialNamespace && ProcessRights.Current.Has(ProcessRights.MakeNodes)))
        {
            RootPath.Make(directory, name, directory: false);
            return;
        }
        var type = entry.Type switch { EntryType.Fifo => FileType.Fifo, EntryType.BlockDevice => FileType.BlockDevice, _ => FileType.CharacterDevice };
        fixed (byte* pointer = name)
            Libc.Check(Libc.mknodat(directory.Value, pointer, (uint)type | 0x180, Libc.MakeDevice(entry.DeviceMajor, entry.DeviceMinor)), "mknod", entry.Path);
    }

    private unsafe void Link(string first, Fd directory, byte[] name)
    {
        var slash = first.LastIndexOf('/');
        using var parent = RootPath.Find(root, slash < 0 ? "" : first[..slash]) ?? throw new LinuxException("link", first, Errno.ENOENT);
        fixed (byte* from = Libc.Name(first.AsSpan(slash + 1)))
        fixed (byte* to = name)
            Libc.Check(Libc.linkat(parent.Value, from, directory.Value, to, 0), "link", first);
    }

    private static void Describe(Fd directory, byte[] name, LayerEntry entry) => Entries.Describe(directory, name, entry);
}
