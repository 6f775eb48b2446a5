using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

// Into the root: own mounts, /proc of the new pid namespace, pivot_root(2).
internal static unsafe partial class StepInit
{
    private static void EnterRoot(RawCalls calls, InitHeader* header)
    {
        const int status = InitDescriptors.Status;
        AcceptOutOfMemoryKill(calls);
        // Standing in the root while the mounts are copied moves us into the copy; the descriptor stays in the builder's.
        calls.Must(calls.Call(SyscallNumbers.Fchdir, InitDescriptors.Root), status, InitStage.Root);
        if ((header->Flags & InitFlags.ChangeRootOnly) != 0)
        {
            ChangeRoot(calls);
            return;
        }
        calls.Must(calls.Call(SyscallNumbers.Unshare, Libc.CLONE_NEWNS), status, InitStage.Namespace);
        MountProc(calls, header);
        fixed (byte* here = ".\0"u8)
        fixed (byte* top = "/\0"u8)
        {
            // pivot_root(2): with both names the same the old root ends up on top of the new one, and is taken off it
            calls.Must(calls.Call(SyscallNumbers.PivotRoot, here, (nint)here), status, InitStage.Root);
            calls.Must(calls.Call(SyscallNumbers.Umount2, here, Libc.MNT_DETACH), status, InitStage.Root);
            calls.Must(calls.Call(SyscallNumbers.Chdir, top), status, InitStage.Root);
        }
    }

    /// <summary>Where nothing can be mounted. The right to do it again is dropped later, so that there is no simple way out.</summary>
    private static void ChangeRoot(RawCalls calls)
    {
        fixed (byte* here = ".\0"u8)
        fixed (byte* top = "/\0"u8)
        {
            calls.Must(calls.Call(SyscallNumbers.Chroot, here), InitDescriptors.Status, InitStage.Root);
            calls.Must(calls.Call(SyscallNumbers.Chdir, top), InitDescriptors.Status, InitStage.Root);
        }
    }

    private static void MountProc(RawCalls calls, InitHeader* header)
    {
        const int status = InitDescriptors.Status;
        fixed (byte* name = "proc\0"u8)
        {
            var proc = NewFileSystem(calls, name, MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec, InitStage.Proc);
            var target = Open(calls, Libc.AT_FDCWD, name, Libc.O_DIRECTORY);
            calls.Must(target, status, InitStage.Proc);
            Move(calls, proc, (int)target);
            for (var path = Table(header, header->ReadOnlyProc); *path is not null; path++)
                MakeReadOnly(calls, proc, *path);
            for (var path = Table(header, header->MaskedProc); *path is not null; path++)
                Mask(calls, proc, *path);
        }
    }

    private static void MakeReadOnly(RawCalls calls, int proc, byte* path)
    {
        var target = (int)Open(calls, proc, path, 0);
        if (target < 0)
        {
            Missing(calls);
            return;
        }
        var tree = (int)calls.Must(calls.Call(SyscallNumbers.OpenTree, proc, path, 1 | Libc.O_CLOEXEC | Libc.AT_RECURSIVE), InitDescriptors.Status, InitStage.MaskProc);
        SetReadOnly(calls, tree);
        Move(calls, tree, target);
    }

    /// <summary>A directory is covered by an empty read-only one, a file by the null device that we made ourselves.</summary>
    private static void Mask(RawCalls calls, int proc, byte* path)
    {
        const int status = InitDescriptors.Status;
        var target = (int)Open(calls, proc, path, 0);
        if (target < 0)
        {
            Missing(calls);
            return;
        }
        int cover;
        if (Open(calls, proc, path, Libc.O_DIRECTORY) >= 0)
        {
            fixed (byte* tmpfs = "tmpfs\0"u8)
                cover = NewFileSystem(calls, tmpfs, MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec, InitStage.MaskProc);
        }
        else
        {
            fixed (byte* device = "dev/null\0"u8)
                cover = (int)calls.Must(calls.Call(SyscallNumbers.OpenTree, Libc.AT_FDCWD, device, 1 | Libc.O_CLOEXEC), status, InitStage.MaskProc);
        }
        Move(calls, cover, target);
    }

    private static void Missing(RawCalls calls)
    {
        if (calls.Errno != Errno.ENOENT)
            calls.Fail(InitDescriptors.Status, InitStage.MaskProc, calls.Errno);
    }

    private static int NewFileSystem(RawCalls calls, byte* type, MountAttributes attributes, InitStage stage)
    {
        const int status = InitDescriptors.Status;
        var context = calls.Must(calls.Call(SyscallNumbers.Fsopen, type, 1), status, stage);
        calls.Must(calls.Call(SyscallNumbers.Fsconfig, context, 6), status, stage);
        return (int)calls.Must(calls.Call(SyscallNumbers.Fsmount, context, 1, (nint)attributes), status, stage);
    }

    /// <summary>A handle, without following a link: in place of a directory a link is an error.</summary>
    private static nint Open(RawCalls calls, int directory, byte* name, int flags) =>
        calls.Call(SyscallNumbers.Openat, directory, name, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC | flags);

    private static void Move(RawCalls calls, int mount, int target)
    {
        byte nothing = 0;
        calls.Must(calls.Call(SyscallNumbers.MoveMount, mount, &nothing, target, (nint)(&nothing), 0x44), InitDescriptors.Status, InitStage.MaskProc);
    }

    private static void SetReadOnly(RawCalls calls, int tree)
    {
        var attributes = stackalloc ulong[4] { (ulong)MountAttributes.ReadOnly, 0, 0, 0 };
        byte nothing = 0;
        calls.Must(
            calls.Call(SyscallNumbers.MountSetattr, tree, &nothing, Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE, (nint)attributes, 32),
            InitDescriptors.Status,
            InitStage.MaskProc);
    }

    /// <summary>The kernel shall end the step before the builder.</summary>
    private static void AcceptOutOfMemoryKill(RawCalls calls)
    {
        fixed (byte* path = "/proc/self/oom_score_adj\0"u8)
        fixed (byte* value = "500"u8)
        {
            var file = calls.Call(SyscallNumbers.Openat, Libc.AT_FDCWD, path, Libc.O_WRONLY | Libc.O_CLOEXEC);
            if (file >= 0)
                _ = calls.Call(SyscallNumbers.Write, file, value, 3);
        }
    }
}
