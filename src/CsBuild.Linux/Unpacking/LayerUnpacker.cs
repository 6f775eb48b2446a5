using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// Writes one layer as a directory in the form in which overlayfs keeps layers: a whiteout is a character device 0:0,
/// an opaque directory has an attribute. Nothing of a path is looked up by the host: every name is opened in its
/// directory without following links.
/// </summary>
internal sealed unsafe class LayerUnpacker(Fd root, LayerDirectories directories)
{
    private const int BufferSize = 256 * 1024;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<LayerEntry> _forward = [];

    /// <summary>True where nothing of the layers below is left: overlayfs knows no mark for that, they are left away.</summary>
    public bool HidesAll { get; private set; }

    /// <summary>Unpacks a tar to the end of its stream, so that a stream that verifies itself has done so.</summary>
    public void Unpack(Stream tar, CancellationToken cancellationToken)
    {
        var reader = new LayerReader(tar);
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryPut(entry, reader.Content))
                _forward.Add(entry);
        }
        foreach (var link in _forward)
            if (!TryPut(link, Stream.Null) && !(CopyUp.TryCopy(directories, link.LinkTarget!, _buffer) is { } copy && TryPut(link with { LinkTarget = copy }, Stream.Null)))
                throw new InvalidDataException($"the hard link `{link.Path}` leads to `{link.LinkTarget}`, which is in no layer");
        directories.Finish();
        while (tar.Read(_buffer) > 0)
        {
        }
    }

    /// <summary>False for a hard link whose file has not come yet.</summary>
    private bool TryPut(LayerEntry entry, Stream content)
    {
        if (entry.Path.Length == 0 || entry.Type == EntryType.Opaque)
        {
            PutOnDirectory(entry);
            return true;
        }
        var slash = entry.Path.LastIndexOf('/');
        var parent = directories.Open(slash < 0 ? "" : entry.Path[..slash]);
        var name = Libc.Name(entry.Path.AsSpan(slash + 1));
        var there = Libc.TryStat(parent.Value, name);
        if (entry.Type == EntryType.Hardlink)
            return TryLink(parent, name, there is not null, entry.LinkTarget!);
        if (entry.Type == EntryType.Whiteout)
            Hide(parent, name, there);
        else if (there is { IsDirectory: true } && entry.Type == EntryType.Directory)
            directories.Describe(name, entry);
        else
            Replace(parent, name, there, entry, content);
        return true;
    }

    private void Replace(Fd parent, byte[] name, in Statx? there, LayerEntry entry, Stream content)
    {
        var wasHidden = there is { } hidden && IsHidden(hidden);
        if (there is not null)
            TreeRemoval.Remove(parent.Value, name);
        Create(parent, name, entry, content);
        if (entry.Type != EntryType.Directory)
        {
            Entries.Describe(parent, name, entry);
            return;
        }
        directories.Describe(name, entry);
        if (wasHidden)
            SetOpaque(parent, name);
    }

    private void PutOnDirectory(LayerEntry entry)
    {
        if (entry.Type == EntryType.Directory)
        {
            _ = directories.Open("");
            directories.Describe([(byte)'.', 0], entry);
            return;
        }
        if (entry.Path.Length == 0)
            HidesAll = true;
        else
            SetOpaque(directories.Open(entry.Path), [(byte)'.', 0]);
    }

    /// <summary>What this layer has at a hidden name is kept: marks are for lower layers, wherever they stand.</summary>
    private static void Hide(Fd parent, byte[] name, Statx? there)
    {
        if (there is { IsDirectory: true })
            SetOpaque(parent, name);
        if (there is null)
            Node(parent, name, FileType.CharacterDevice, 0);
    }

    private void Create(Fd parent, byte[] name, LayerEntry entry, Stream content)
    {
        switch (entry.Type)
        {
            case EntryType.File:
                using (var file = Libc.Open(parent.Value, name, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY | Libc.O_NOFOLLOW, 0x180))
                    Write(file, entry, content);
                break;
            case EntryType.Directory:
                RootPath.Make(parent, name, directory: true);
                break;
            case EntryType.Symlink:
                fixed (byte* target = Libc.Name(entry.LinkTarget))
                fixed (byte* pointer = name)
                    Libc.Check(Libc.symlinkat(target, parent.Value, pointer), "symlink", entry.Path);
                break;
            case EntryType.Fifo:
                Node(parent, name, FileType.Fifo, 0);
                break;
            case EntryType.CharacterDevice or EntryType.BlockDevice:
                Device(parent, name, entry);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // A file that came with holes has them here too.
    private void Write(Fd file, LayerEntry entry, Stream content)
    {
        long hole = 0;
        for (int count; (count = content.Read(_buffer)) > 0;)
        {
            var bytes = _buffer.AsSpan(0, count);
            if (entry.Pieces is not null && !bytes.ContainsAnyExcept((byte)0))
            {
                hole += count;
                continue;
            }
            Libc.Skip(file, hole);
            hole = 0;
            Libc.WriteAll(file, bytes);
        }
        if (hole > 0)
            Libc.Check(Libc.ftruncate(file.Value, entry.Size), "ftruncate", entry.Path);
    }

    private bool TryLink(Fd parent, byte[] name, bool replace, string target)
    {
        var slash = target.LastIndexOf('/');
        using var from = RootPath.Find(root, slash < 0 ? "" : target[..slash]);
        if (from is null)
            return false;
        var source = Libc.Name(target.AsSpan(slash + 1));
        if (Libc.TryStat(from.Value, source) is not { } there || IsHidden(there))
            return false;
        if (there.IsDirectory)
            throw new InvalidDataException($"a hard link leads to `{target}`, a directory");
        if (replace && Libc.Stat(parent.Value, name).IsSameFile(there))
            return true;
        if (replace)
            TreeRemoval.Remove(parent.Value, name);
        fixed (byte* pointer = source)
        fixed (byte* to = name)
            Libc.Check(Libc.linkat(from.Value, pointer, parent.Value, to, 0), "link", target);
        return true;
    }

    /// <summary>Where nobody may make devices, an empty file stands for one: the step cannot use it, the layer below keeps it.</summary>
    private static void Device(Fd parent, byte[] name, LayerEntry entry)
    {
        if (!ProcessRights.Current.IsInitialNamespace)
        {
            RootPath.Make(parent, name, directory: false);
            return;
        }
        var type = entry.Type == EntryType.BlockDevice ? FileType.BlockDevice : FileType.CharacterDevice;
        Node(parent, name, type, Libc.MakeDevice(entry.DeviceMajor, entry.DeviceMinor));
    }

    private static bool IsHidden(in Statx there) => there is { Type: FileType.CharacterDevice, RdevMajor: 0, RdevMinor: 0 };

    private static void Node(Fd parent, byte[] name, int type, uint device)
    {
        fixed (byte* pointer = name)
            Libc.Check(Libc.mknodat(parent.Value, pointer, (uint)type | 0x180, device), "mknod", Libc.Show(name));
    }

    private static void SetOpaque(Fd parent, byte[] name) => Entries.SetXattr(parent, name, Entries.OpaqueXattr, "y"u8);
}
