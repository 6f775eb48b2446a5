using System.Globalization;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>Where a step's mounts are put together, in the mount namespace of its thread.</summary>
internal sealed record MountStage(StoreFolders Store, RunFolder Folder, MemoryFiles Memory);

/// <summary>A mount of the spec whose files are on this machine and whose locks are held.</summary>
internal abstract class PreparedMount(string target) : IDisposable
{
    /// <summary>Where it goes in the step's root.</summary>
    public string Target { get; } = target;

    /// <summary>Attaches it; what is missing of the target is made as a stub.</summary>
    public void Attach(MountStage stage, Fd root, Stubs stubs)
    {
        using var mount = Open(stage);
        using var place = RootPath.FindOrMake(root, Target, Libc.Stat(mount).IsDirectory, stubs);
        if (Libc.Stat(place).IsDirectory != Libc.Stat(mount).IsDirectory)
            throw new SandboxException($"`{Target}` cannot be mounted: a file and a directory cannot cover each other");
        if (Libc.Stat(place).IsSameFile(Libc.Stat(root)))
            throw new SandboxException("nothing can be mounted on the root directory of a step");
        Libc.MoveMount(mount, place, Target);
    }

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
            ?? throw new SandboxException($"`{path}` cannot be mounted on `{target}`: the source has nothing of that name");
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
    protected override Fd Open(MountStage stage) => tmpfs.Size is { } size
        ? BaseMounts.New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices, ("mode", "1777"), ("size", size.ToString(CultureInfo.InvariantCulture)))
        : BaseMounts.New("tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices, ("mode", "1777"));
}

/// <summary>One file in memory.</summary>
internal sealed class MemoryFileMount(SandboxMount.MemoryFile file) : PreparedMount(file.Target)
{
    /// <inheritdoc/>
    protected override Fd Open(MountStage stage) => stage.Memory.Make(file.Content.Span, file.Mode, file.Uid, file.Gid, file.Target);
}
