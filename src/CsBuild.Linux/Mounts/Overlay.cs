using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// Mounts layers on top of each other. Layers are given to the kernel as descriptors' paths, so that neither their
/// number nor the length of the store's path meets the limit of one page of options.
/// </summary>
internal static class Overlay
{
    /// <summary>The kernel's own limit (OVL_MAX_STACK).</summary>
    public const int MaxLayers = 500;

    /// <summary>
    /// A mount, attached nowhere yet, of <paramref name="layers"/> (lowest first). Without <paramref name="upper"/> it
    /// is read-only; <paramref name="empty"/> stands in where the kernel wants one directory more.
    /// </summary>
    public static Fd Mount(
        IReadOnlyList<string> layers, string empty, string? upper, string? work, MountAttributes attributes = MountAttributes.NoDevices)
    {
        if (layers.Count > MaxLayers)
            throw new LinuxException($"overlay of {layers.Count} layers, where the kernel takes {MaxLayers}", null, Errno.EINVAL);
        // The kernel refuses one directory twice (ELOOP). The upper occurrence says all that the lower one does, so
        // that one can go.
        var lowers = layers.Reverse().Distinct(StringComparer.Ordinal).ToList();
        if (lowers.Count == 0 && upper is null)
            return Libc.OpenTree(Libc.AT_FDCWD, empty);
        if (lowers.Count == 0 || (upper is null && lowers.Count == 1))
            lowers.Add(empty);
        var open = lowers.Select(path => Libc.Open(path, Libc.O_PATH | Libc.O_DIRECTORY)).ToList();
        using var upperFd = upper is null ? null : Libc.Open(upper, Libc.O_PATH | Libc.O_DIRECTORY);
        using var workFd = work is null ? null : Libc.Open(work, Libc.O_PATH | Libc.O_DIRECTORY);
        try
        {
            using var context = Libc.FsOpen("overlay");
            Lowers(context, open);
            if (upperFd is not null && workFd is not null)
            {
                Libc.FsSet(context, "upperdir", upperFd.ProcPath);
                Libc.FsSet(context, "workdir", workFd.ProcPath);
                // the upper directory is read back at once and is only a cache: flushing it would buy nothing (Linux 5.10)
                _ = Libc.TryFsSet(context, "volatile", null);
            }
            Options(context);
            return Libc.FsMount(context, attributes | (upper is null ? MountAttributes.ReadOnly : 0), "overlay");
        }
        finally
        {
            open.ForEach(fd => fd.Dispose());
        }
    }

    private static void Lowers(Fd context, List<Fd> open)
    {
        if (open.All(fd => Libc.TryFsSet(context, "lowerdir+", fd.ProcPath)))
            return;
        // before Linux 6.8 there is one option for all
        Libc.FsSet(context, "lowerdir", string.Join(':', open.Select(fd => fd.ProcPath)));
    }

    /// <summary>Without these the upper directory could not be read on its own. Kernels that lack one have it off.</summary>
    private static void Options(Fd context)
    {
        // marks of the kind that every owner of a file may set (Linux 5.11); see Entries.OpaqueXattr
        // With them the next two are off, and may not be named.
        if (!ProcessRights.Current.IsInitialNamespace)
        {
            Libc.FsSet(context, "userxattr", null);
        }
        else
        {
            _ = Libc.TryFsSet(context, "redirect_dir", "off");
            _ = Libc.TryFsSet(context, "metacopy", "off");
        }
        _ = Libc.TryFsSet(context, "index", "off");
        _ = Libc.TryFsSet(context, "xino", "off");
    }
}
