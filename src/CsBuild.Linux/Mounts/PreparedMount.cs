using System.Globalization;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>Where a step's mounts are put together, in the mount namespace of its thread.</summary>
internal sealed record MountStage(StoreFolders Store, RunFolder Folder, MemoryFiles Memory)
{
    /// <summary>Directories of the step that nothing else can be mounted on.</summary>
    public IReadOnlyList<Statx> Reserved { get; init; } = [];
}

/// <summary>A mount of the spec whose files are on this machine and whose locks are held.</summary>
internal abstract class PreparedMount(string target) : IDisposable
{
    /// <summary>Where it goes in the step's root.</summary>
    public string Target { get; } = target;

    /// <summary>Attaches it; what is missing of the target is made as a stub.</summary>
    public void Attach(MountStage stage, Fd root, Stubs stubs)
    {
        using var mount = Open(stage);
        var isDirectory = Libc.Stat(mount).IsDirectory;
        using var place = Place(root, isDirectory, stubs);
        var there = Libc.Stat(place);
        if (there.IsSameFile(Libc.Stat(root)))
            throw Refusal("nothing can be mounted on the root directory of a step", "mount it on a directory below");
        if (stage.Reserved.Any(reserved => there.IsSameFile(reserved)))
            throw Refusal($"nothing can be mounted on `{Target}`: /proc, /dev and what is covered of /sys are the step's own", "mount it elsewhere");
        if (there.IsDirectory != isDirectory)
            throw Refusal(
                isDirectory ? $"a directory cannot be mounted on `{Target}`, which is a file" : $"a file cannot be mounted on `{Target}`, which is a directory",
                isDirectory ? "the image must have a directory there, or nothing" : "the image must have a file there, or nothing");
        Libc.MoveMount(mount, place, Target);
    }

    private Fd Place(Fd root, bool isDirectory, Stubs stubs)
    {
        try
        {
            return RootPath.FindOrMake(root, Target, isDirectory, stubs);
        }
        catch (LinuxException problem)
        {
            throw new SandboxException($"nothing can be mounted on `{Target}`: {problem.Message}", Hint(problem.Errno), problem) { IsOfTheStep = Hint(problem.Errno) is not null };
        }
    }

    private static SandboxException Refusal(string message, string hint) => new(message, hint) { IsOfTheStep = true };

    private static string? Hint(int errno) => errno switch
    {
        Errno.EROFS => "what is mounted above it is read-only, as the step's /proc is: mount it elsewhere, or write `rw` where a mount above lacks the directory",
        Errno.ENOTDIR => "a part of the path is no directory",
        Errno.ELOOP => "links on the way lead in a circle",
        _ => null,
    };

    /// <summary>A mount that is attached nowhere yet.</summary>
    protected abstract Fd Open(MountStage stage);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>A mount of a path below a mounted directory, resolved inside it.</summary>
    protected static Fd OpenBelow(Fd directory, string path, string target, MountAttributes attributes)
    {
        using var source = RootPath.Find(directory, path)
            ?? throw Refusal($"`{path}` cannot be mounted on `{target}`: the source has nothing of that name", "source= is a path inside of what from= names, or of the cache");
        var mount = Libc.OpenTree(source.Value, "");
        Libc.SetAttributes(mount, attributes);
        return mount;
    }
}

/// <summary>A path of another snapshot.</summary>
internal sealed class SnapshotMount(SandboxMount.Bind bind, IReadOnlyList<string> layers) : PreparedMount(bind.Target)
{
    /// <inheritdoc/>
    protected override Fd Open(MountStage stage)
    {
        var name = Path.GetRandomFileName();
        var place = stage.Folder.Make(name);
        var upper = bind.ReadOnly ? null : stage.Folder.Make(name + ".upper");
        var work = bind.ReadOnly ? null : stage.Folder.Make(name + ".work");
        using var overlay = Overlay.Mount(layers, stage.Store.Empty, upper, work);
        using (var target = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY))
            Libc.MoveMount(overlay, target, place);
        return OpenBelow(overlay, bind.SourcePath, Target, MountAttributes.NoDevices | (bind.ReadOnly ? MountAttributes.ReadOnly : 0));
    }
}

/// <summary>A path of another snapshot that was copied for this step.</summary>
internal sealed class CopyMount(SandboxMount.Bind bind, string copy) : PreparedMount(bind.Target)
{
    /// <inheritdoc/>
    protected override Fd Open(MountStage stage)
    {
        using var directory = Libc.Open(copy, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        return OpenBelow(directory, bind.SourcePath, Target, MountAttributes.NoDevices | (bind.ReadOnly ? MountAttributes.ReadOnly : 0));
    }
}

/// <summary>A directory of the store, with the lock that goes with it.</summary>
internal sealed class CacheMount(SandboxMount.Cache cache, string path, FileLock @lock) : PreparedMount(cache.Target)
{
    /// <summary>Where the cache is.</summary>
    public string Folder => path;

    /// <inheritdoc/>
    protected override Fd Open(MountStage stage)
    {
        using var directory = Libc.Open(path, Libc.O_PATH | Libc.O_DIRECTORY);
        if (!cache.ReadOnly)
            RootPath.FindOrMake(directory, cache.SourcePath, directory: true).Dispose();
        return OpenBelow(directory, cache.SourcePath, Target, MountAttributes.NoDevices | (cache.ReadOnly ? MountAttributes.ReadOnly : 0));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        @lock.Dispose();
        base.Dispose();
    }
}

/// <summary>An empty file system in memory.</summary>
internal sealed class MemoryMount(SandboxMount.Tmpfs tmpfs) : PreparedMount(tmpfs.Target)
{
    /// <inheritdoc/>
    /// <remarks>For the kernel 0 is no limit; here it is the kernel's usual one, half of the machine's memory.</remarks>
    protected override Fd Open(MountStage stage) => tmpfs.Size is > 0 and var size
        ? BaseMounts.New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices, ("mode", "1777"), ("size", size.ToString(CultureInfo.InvariantCulture)))
        : BaseMounts.New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices, ("mode", "1777"));
}

/// <summary>One file in memory.</summary>
internal sealed class MemoryFileMount(SandboxMount.MemoryFile file) : PreparedMount(file.Target)
{
    /// <inheritdoc/>
    protected override Fd Open(MountStage stage) => stage.Memory.Make(file.Content.Span, file.Mode, file.Uid, file.Gid, file.Target);
}
