using CsBuild.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Context.Host;

/// <summary>
/// The same by the framework alone, for systems other than Linux. There the mode bits are the system's where it has
/// them; on Windows, which has none, files are 0644 and directories 0755. Change times and inodes are not known.
/// </summary>
internal sealed class PortableDirectory(string root) : IHostDirectory
{
    private const int DirectoryMode = 0x1ED;
    private const int FileMode = 0x1A4;
    private readonly string _root = Path.GetFullPath(root);

    public List<HostEntry> List(string path)
    {
        var directory = new DirectoryInfo(Real(path));
        if (!directory.Exists)
            throw new DirectoryNotFoundException($"cannot open directory `{directory.FullName}`: no such directory");
        if (path.Length > 0 && directory.LinkTarget is not null)
            throw new IOException($"`{path}` is no directory any more");
        var entries = directory.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            .Select(Entry).ToList();
        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    public (SafeFileHandle Handle, HostStat Stat) OpenFile(string path)
    {
        var file = new FileInfo(Real(path));
        if (!file.Exists || file.LinkTarget is not null || file.Attributes.HasFlag(FileAttributes.Device))
            throw new IOException($"`{path}` is no regular file any more");
        return (File.OpenHandle(file.FullName, options: FileOptions.SequentialScan), Stat(file));
    }

    public void Dispose()
    {
    }

    private static HostEntry Entry(FileSystemInfo info) => info switch
    {
        { LinkTarget: { } target } => new(info.Name, EntryType.Symlink, Stat(info), target.Replace('\\', '/')),
        DirectoryInfo => new(info.Name, EntryType.Directory, Stat(info), null),
        _ => new(info.Name, EntryType.File, Stat(info), null),
    };

    private static HostStat Stat(FileSystemInfo info)
    {
        var mode = !OperatingSystem.IsWindows() ? (int)info.UnixFileMode : info is DirectoryInfo ? DirectoryMode : FileMode;
        var changed = UnixTime.From(new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero));
        return new HostStat(mode, info is FileInfo { Exists: true } file ? file.Length : 0, changed, default, 0, 0, 1, 0, 0);
    }

    // No component may be a link: asked name by name, as there are no descriptors to hold on to.
    private string Real(string path)
    {
        var real = _root;
        var names = path.Length == 0 ? [] : path.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            real = Path.Combine(real, names[i]);
            if (i < names.Length - 1 && new DirectoryInfo(real).LinkTarget is not null)
                throw new IOException($"`{path}` goes through a link");
        }
        return real;
    }
}
