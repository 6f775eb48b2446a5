using System.Buffers;
using System.Runtime.InteropServices;
using CsBuild.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Context.Host;

/// <summary>By descriptors: each name is opened relative to the directory before it, never through a link.</summary>
internal sealed unsafe class LinuxDirectory : IHostDirectory
{
    private const int BufferSize = 64 * 1024;
    private readonly SafeFileHandle _root;
    private readonly string _name;

    // Files are mostly opened one directory after the other: each thread holds on to the last one.
    private readonly ThreadLocal<Visited?> _last = new(trackAllValues: true);

    public LinuxDirectory(string path)
    {
        _name = path;
        fixed (byte* text = Terminated(path))
            _root = Opened(LibcFiles.OpenAt(LibcFiles.CurrentDirectory, text, LibcFiles.DirectoryFlag | LibcFiles.CloseOnExec), "open", "");
    }

    public List<HostEntry> List(string path)
    {
        using var handle = OpenDirectory(path);
        var directory = (int)handle.DangerousGetHandle();
        var entries = new List<HostEntry>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            fixed (byte* start = buffer)
            {
                nint count;
                while ((count = LibcFiles.GetDents(directory, start, (nuint)buffer.Length)) > 0)
                    for (var p = start; p < start + count; p += *(ushort*)(p + 16))
                        Add(entries, directory, p + 19, path);
                if (count < 0)
                    throw Failed("read directory", path);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    public (SafeFileHandle Handle, HostStat Stat) OpenFile(string path)
    {
        // A FIFO would block and a device could do anything when opened: what is there is asked first, by a
        // descriptor that opens nothing, and again of the file that was opened.
        var slash = path.LastIndexOf('/');
        var directory = (int)Parent(path.AsSpan(0, Math.Max(slash, 0))).DangerousGetHandle();
        fixed (byte* name = Terminated(path[(slash + 1)..]))
        {
            if (!Stat(directory, name, LibcFiles.SymlinkNoFollow, out _, out var type))
                throw Failed("open", path);
            if (type != EntryType.File)
                throw new IOException($"`{path}` is no regular file any more");
            const int flags = LibcFiles.NoFollow | LibcFiles.CloseOnExec | LibcFiles.NonBlock;
            var handle = Opened(LibcFiles.OpenAt(directory, name, flags), "open", path);
            var empty = stackalloc byte[1];
            if (Stat((int)handle.DangerousGetHandle(), empty, LibcFiles.EmptyPath, out var stat, out type) && type == EntryType.File)
                return (handle, stat);
            handle.Dispose();
            throw new IOException($"`{path}` is no regular file any more");
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        foreach (var last in _last.Values)
            last?.Handle.Dispose();
        _last.Dispose();
    }

    private SafeFileHandle Parent(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return _root;
        var last = _last.Value;
        if (last is not null && path.SequenceEqual(last.Path))
            return last.Handle;
        var name = path.ToString();
        var opened = OpenDirectory(name);
        last?.Handle.Dispose();
        _last.Value = new Visited(name, opened);
        return opened;
    }

    private SafeFileHandle OpenDirectory(string path)
    {
        const int flags = LibcFiles.DirectoryFlag | LibcFiles.NoFollow | LibcFiles.CloseOnExec;
        var at = (int)_root.DangerousGetHandle();
        SafeFileHandle? opened = null;
        var rest = path;
        do
        {
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            var name = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? "" : rest[(slash + 1)..];
            using var previous = opened;
            fixed (byte* text = Terminated(name.Length == 0 ? "." : name))
                opened = Opened(LibcFiles.OpenAt(at, text, flags), "open directory", path);
            at = (int)opened.DangerousGetHandle();
        }
        while (rest.Length > 0);
        return opened;
    }

    private static void Add(List<HostEntry> entries, int directory, byte* name, string path)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (bytes is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return;
        // A file that went away between listing and asking is as if it had gone before.
        if (!Stat(directory, name, LibcFiles.SymlinkNoFollow, out var stat, out var type) || type == default)
            return;
        entries.Add(new HostEntry(PathBytes.Decode(bytes), type, stat, type == EntryType.Symlink ? Link(directory, name, path) : null));
    }

    private static string Link(int directory, byte* name, string path)
    {
        const int longest = 4096;
        var target = stackalloc byte[longest];
        var length = LibcFiles.ReadLinkAt(directory, name, target, longest);
        return length >= 0 ? PathBytes.Decode(new ReadOnlySpan<byte>(target, (int)length)) : throw Problem("read a link in", path);
    }

    // The layout of struct statx is the same on every processor.
    private static bool Stat(int directory, byte* name, int flags, out HostStat stat, out EntryType type)
    {
        var buffer = stackalloc byte[LibcFiles.StatSize];
        stat = default;
        type = default;
        if (LibcFiles.StatX(directory, name, flags, LibcFiles.BasicStats, buffer) != 0)
            return false;
        var mode = *(ushort*)(buffer + 28);
        type = (mode & 0xF000) switch
        {
            0x8000 => EntryType.File,
            0x4000 => EntryType.Directory,
            0xA000 => EntryType.Symlink,
            0x2000 => EntryType.CharacterDevice,
            0x6000 => EntryType.BlockDevice,
            0x1000 => EntryType.Fifo,
            _ => default,
        };
        var major = *(uint*)(buffer + 136);
        var minor = *(uint*)(buffer + 140);
        stat = new HostStat(
            mode & 0xFFF, *(long*)(buffer + 40), Time(buffer + 112), Time(buffer + 96), *(ulong*)(buffer + 32),
            ((ulong)major << 32) | minor, *(uint*)(buffer + 16), *(uint*)(buffer + 128), *(uint*)(buffer + 132));
        return true;
    }

    private static UnixTime Time(byte* at) => new(*(long*)at, *(int*)(at + 8));

    private static byte[] Terminated(string path) => [.. PathBytes.Encode(path), 0];

    private SafeFileHandle Opened(int descriptor, string what, string path) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed(what, path);

    private IOException Failed(string what, string path) => Problem(what, path.Length == 0 ? _name : path);

    private static IOException Problem(string what, string name)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"cannot {what} `{name}`: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private sealed record Visited(string Path, SafeFileHandle Handle);
}
