using CsBuild.Linux.Copies;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Mounts;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Chroots;

/// <summary>Makes what a step without mounts finds besides its own files: /dev, /etc/hosts, and its mounts' contents.</summary>
internal sealed class StepFiles(Placements placements, RunFolder folder, CopiedTrees copies, CacheFolders caches)
{
    private static readonly (string Name, uint Major, uint Minor)[] Devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    /// <summary>A directory of devices, and files for names.</summary>
    public unsafe void PlaceUsual(SandboxSpec spec, string names)
    {
        var dev = NewDirectory(0x1ED);
        using (var open = Libc.Open(dev, Libc.O_RDONLY | Libc.O_DIRECTORY))
        {
            foreach (var (name, major, minor) in Devices)
                MakeDevice(open, Libc.Name(name), major, minor);
            fixed (byte* shared = "shm\0"u8)
            {
                Libc.Check(Libc.mkdirat(open.Value, shared, 0x1FF), "mkdir", "shm");
                Libc.Check(Libc.fchmodat(open.Value, shared, 0x3FF, 0), "chmod", "shm");
            }
        }
        placements.Place(dev, "/dev");
        foreach (var file in NetworkFiles.Files(spec, names))
            Place(file);
    }

    /// <summary>One mount of the step; what is returned is disposed after the step.</summary>
    public async Task<IDisposable?> PlaceAsync(SandboxMount mount, CancellationToken cancellationToken)
    {
        switch (mount)
        {
            case SandboxMount.MemoryFile file:
                Place(file);
                return null;
            case SandboxMount.Tmpfs:
                placements.Place(NewDirectory(0x3FF), mount.Target);
                return null;
            case SandboxMount.Bind bind:
                placements.Place(Below(await CopyAsync(bind.Source, cancellationToken).ConfigureAwait(false), bind.SourcePath, mount.Target), mount.Target);
                return null;
            case SandboxMount.Cache cache:
                var seed = cache.Seed is null ? null : await CopyAsync(cache.Seed, cancellationToken).ConfigureAwait(false);
                // a directory can be in one place only
                var sharing = cache.Sharing == CacheMountSharing.Private ? CacheMountSharing.Private : CacheMountSharing.Locked;
                var taken = await caches.TakeAsync(cache with { Sharing = sharing }, seed, cancellationToken).ConfigureAwait(false);
                using (var directory = Libc.Open(taken.Folder, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW))
                    RootPath.FindOrMake(directory, cache.SourcePath, directory: true).Dispose();
                placements.Place(Below(taken.Folder, cache.SourcePath, mount.Target), mount.Target);
                return taken;
            default:
                throw new SandboxException($"a mount of kind {mount.GetType().Name} is not possible by chroot", "it needs a machine that permits namespaces");
        }
    }

    private unsafe void Place(SandboxMount.MemoryFile file)
    {
        var path = Path.Combine(folder.Path, Path.GetRandomFileName());
        using (var open = Libc.Open(path, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY | Libc.O_NOFOLLOW, 0x180))
        {
            Libc.WriteAll(open, file.Content.Span);
            byte nothing = 0;
            Libc.Check(Libc.fchownat(open.Value, &nothing, file.Uid, file.Gid, Libc.AT_EMPTY_PATH), "chown");
            Libc.Check(Libc.fchmod(open.Value, (uint)file.Mode), "chmod");
        }
        placements.Place(path, file.Target);
    }

    private string NewDirectory(uint mode)
    {
        var path = folder.Make(Path.GetRandomFileName());
        using var open = Libc.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        Libc.Check(Libc.fchmod(open.Value, mode), "chmod");
        return path;
    }

    private async Task<string> CopyAsync(Snapshots.Snapshot snapshot, CancellationToken cancellationToken)
    {
        var path = folder.Make(Path.GetRandomFileName());
        _ = await copies.WriteAsync(snapshot, path, cancellationToken).ConfigureAwait(false);
        return path;
    }

    /// <summary>The path of something below one of our own directories; no link is followed out of it.</summary>
    private static string Below(string directory, string path, string target)
    {
        using var root = Libc.Open(directory, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        using var source = RootPath.Find(root, path)
            ?? throw new SandboxException($"`{path}` cannot be mounted on `{target}`: the source has nothing of that name");
        return new FileInfo(source.ProcPath).LinkTarget!;
    }

    private static unsafe void MakeDevice(Fd dev, byte[] name, uint major, uint minor)
    {
        fixed (byte* pointer = name)
        {
            Libc.Check(Libc.mknodat(dev.Value, pointer, FileType.CharacterDevice | 0x180, Libc.MakeDevice(major, minor)), "mknod", Libc.Show(name));
            Libc.Check(Libc.fchmodat(dev.Value, pointer, 0x1B6, 0), "chmod", Libc.Show(name));
        }
    }
}
