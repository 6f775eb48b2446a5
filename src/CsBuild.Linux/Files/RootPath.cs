using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>
/// Resolves paths inside a root, one name at a time by descriptor. Links are followed as text that starts again at
/// the root or at the directory that they are in, so that no path, whatever it says, leads out. The only way in
/// which this project reaches into an untrusted tree.
/// </summary>
internal static unsafe class RootPath
{
    private const int MaxLinks = 40;
    private const int MaxNames = 4096;

    /// <summary>A handle (<c>O_PATH</c>) of what is at <paramref name="path"/>, or null where there is nothing.</summary>
    public static Fd? Find(Fd root, string path) => Walk(root, path, null, null);

    /// <summary>
    /// As <see cref="Find"/>, making what is missing: directories (0755), and at the end a directory or an empty file.
    /// What is made is a stub where <paramref name="stubs"/> is given, and stays otherwise.
    /// </summary>
    public static Fd FindOrMake(Fd root, string path, bool directory, Stubs? stubs = null) => Walk(root, path, directory, stubs)!;

    /// <summary>The path of a name in a directory, relative to the root as those of layers are; the root's own is empty.</summary>
    public static string Below(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;

    /// <summary>Makes a directory, or an empty file.</summary>
    public static void Make(Fd parent, byte[] name, bool directory)
    {
        fixed (byte* pointer = name)
        {
            if (directory)
                Libc.Check(Libc.mkdirat(parent.Value, pointer, 0x1ED), "mkdir", Libc.Show(name));
            else
                Libc.Open(parent.Value, name, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY | Libc.O_NOFOLLOW, 0x1A4).Dispose();
        }
    }

    private static Fd? Walk(Fd root, string path, bool? make, Stubs? stubs)
    {
        var names = new Stack<string>();
        var parents = new Stack<Fd>();
        var links = 0;
        Push(names, path);
        parents.Push(Open(root.Value, [(byte)'.', 0]));
        try
        {
            while (names.TryPop(out var text))
            {
                if (text == "..")
                {
                    if (parents.Count > 1)
                        parents.Pop().Dispose();
                    continue;
                }
                var name = Libc.Name(text);
                if (Next(parents.Peek(), name, make is { } directory ? directory || names.Count > 0 : null, stubs) is not { } next)
                    return null;
                if (Libc.Stat(next).Type != FileType.Symlink)
                {
                    parents.Push(next);
                    continue;
                }
                next.Dispose();
                if (++links > MaxLinks)
                    throw new LinuxException("resolve", path, Errno.ELOOP);
                var target = ReadLink(parents.Peek().Value, name);
                while (target.StartsWith('/') && parents.Count > 1)
                    parents.Pop().Dispose();
                Push(names, target);
            }
            return parents.Pop();
        }
        finally
        {
            foreach (var parent in parents)
                parent.Dispose();
        }
    }

    private static Fd? Next(Fd parent, byte[] name, bool? makeDirectory, Stubs? stubs)
    {
        if (Libc.Stat(parent) is { IsDirectory: false })
            return makeDirectory is null ? null : throw new LinuxException("open", Libc.Show(name), Errno.ENOTDIR);
        if (Libc.TryStat(parent.Value, name) is null)
        {
            if (makeDirectory is not { } directory)
                return null;
            if (stubs is not null)
                stubs.Make(parent, name, directory);
            else
                Make(parent, name, directory);
        }
        return Open(parent.Value, name);
    }

    /// <summary>The text of a link.</summary>
    public static string ReadLink(int directory, byte[] name)
    {
        var buffer = stackalloc byte[4096];
        fixed (byte* pointer = name)
        {
            var length = Libc.Check((int)Libc.readlinkat(directory, pointer, buffer, 4096), "readlink", Libc.Show(name));
            return Oci.Layers.PathBytes.Decode(new ReadOnlySpan<byte>(buffer, length));
        }
    }

    private static Fd Open(int directory, byte[] name) => Libc.Open(directory, name, Libc.O_PATH | Libc.O_NOFOLLOW);

    private static void Push(Stack<string> names, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length + names.Count > MaxNames)
            throw new LinuxException("resolve", path, Errno.ELOOP);
        foreach (var part in parts.Reverse())
            if (part != ".")
                names.Push(part);
    }
}
