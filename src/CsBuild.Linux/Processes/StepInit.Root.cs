using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

// Into the root: own mounts, /proc of the new pid namespace, pivot_root(2).
internal static unsafe partial class StepInit
{
    private const MountAttributes Plain = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec;

    private static void EnterRoot(RawCalls calls, InitHeader* header)
    {
        const int status = InitDescriptors.Status;
        AcceptOutOfMemoryKill(calls);
        JoinGroups(calls, header);
        // Standing in the root while the mounts are copied moves us into the copy; the descriptor stays in the builder's.
        calls.Must(calls.Call(SyscallNumbers.Fchdir, InitDescriptors.Root), status, InitStage.Root);
        if ((header->Flags & InitFlags.ChangeRootOnly) != 0)
        {
            ChangeRoot(calls);
            return;
        }
        calls.Must(calls.Call(SyscallNumbers.Unshare, Libc.CLONE_NEWNS), status, InitStage.Namespace);
        MountProc(calls, header);
        MountGroups(calls, header);
        fixed (byte* here = ".\0"u8)
        fixed (byte* top = "/\0"u8)
        {
            // pivot_root(2): with both names the same the old root ends up on top of the new one, and is taken off it
            calls.Must(calls.Call(SyscallNumbers.PivotRoot, here, (nint)here), status, InitStage.Root);
            calls.Must(calls.Call(SyscallNumbers.Umount2, here, Libc.MNT_DETACH), status, InitStage.Root);
            calls.Must(calls.Call(SyscallNumbers.Chdir, top), status, InitStage.Root);
        }
    }

    /// <summary>
    /// Not earlier: what the runtime took to start is not the step's. The namespace is made afterwards, so that the
    /// step's group is the top of all that it sees.
    /// </summary>
    private static void JoinGroups(RawCalls calls, InitHeader* header)
    {
        WriteToGroups(calls, header);
        if ((header->Flags & InitFlags.ChangeRootOnly) == 0)
            calls.Must(calls.Call(SyscallNumbers.Unshare, Libc.CLONE_NEWCGROUP), InitDescriptors.Status, InitStage.Namespace);
    }

    private static void WriteToGroups(RawCalls calls, InitHeader* header)
    {
        fixed (byte* myself = "0"u8)
            for (var i = 0; i < header->GroupDescriptors; i++)
                calls.Must(calls.Call(SyscallNumbers.Write, InitDescriptors.FirstGroup + i, myself, 1), InitDescriptors.Status, InitStage.Groups);
    }

    /// <summary>
    /// Where there is no unified hierarchy the directory of sysfs stays, which is empty. The way there is gone name by name:
    /// a step may have something of its own on /sys, with links in it.
    /// </summary>
    private static void MountGroups(RawCalls calls, InitHeader* header)
    {
        fixed (byte* top = "sys\0"u8)
        fixed (byte* middle = "fs\0"u8)
        fixed (byte* place = "cgroup\0"u8)
        fixed (byte* type = "cgroup2\0"u8)
        {
            var target = Open(calls, Libc.AT_FDCWD, top, Libc.O_DIRECTORY);
            if (target >= 0)
                target = Open(calls, (int)target, middle, Libc.O_DIRECTORY);
            if (target >= 0)
                target = Open(calls, (int)target, place, Libc.O_DIRECTORY);
            var context = calls.Call(SyscallNumbers.Fsopen, type, 1);
            if (target < 0 || context < 0 || calls.Call(SyscallNumbers.Fsconfig, context, 6) < 0)
                return;
            var attributes = Plain | ((header->Flags & InitFlags.WritableGroups) != 0 ? 0 : MountAttributes.ReadOnly);
            var groups = calls.Call(SyscallNumbers.Fsmount, context, 1, (nint)attributes);
            if (groups >= 0)
                Move(calls, (int)groups, (int)target);
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
            var proc = NewFileSystem(calls, name, Plain, InitStage.Proc);
            var target = Open(calls, Libc.AT_FDCWD, name, Libc.O_DIRECTORY);
            calls.Must(target, status, InitStage.Proc);
            Move(calls, proc, (int)target);
            ForgetProcessNumbers(calls, proc);
            for (var path = Table(header, header->ReadOnlyProc); *path is not null; path++)
                MakeReadOnly(calls, proc, *path);
            for (var path = Table(header, header->MaskedProc); *path is not null; path++)
                Mask(calls, proc, *path, (byte*)header + header->NullDevice);
        }
    }

    /// <summary>
    /// The runtime's threads have taken some numbers, not always as many: the command shall be 100 all the same. (Not the
    /// lowest that is free: the kernel gives a thread's number back only some time after the thread is gone.) A kernel that
    /// cannot do it lacks the file.
    /// </summary>
    private static void ForgetProcessNumbers(RawCalls calls, int proc)
    {
        fixed (byte* path = "sys/kernel/ns_last_pid\0"u8)
        fixed (byte* value = "99"u8)
        {
            var file = calls.Call(SyscallNumbers.Openat, proc, path, Libc.O_WRONLY | Libc.O_CLOEXEC);
            if (file >= 0)
                _ = calls.Call(SyscallNumbers.Write, file, value, 2);
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

    /// <summary>
    /// A directory is covered by an empty read-only one, a file by a null device in a place of the builder's. Not by the
    /// one in the step's /dev: something of the step's may be mounted there, and a link in it would lead to a file of the
    /// machine, since the root is not entered yet.
    /// </summary>
    private static void Mask(RawCalls calls, int proc, byte* path, byte* nullDevice)
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
                cover = NewFileSystem(calls, tmpfs, MountAttributes.ReadOnly | Plain, InitStage.MaskProc);
        }
        else
        {
            var device = calls.Must(Open(calls, Libc.AT_FDCWD, nullDevice, 0), status, InitStage.MaskProc);
            byte nothing = 0;
            cover = (int)calls.Must(calls.Call(SyscallNumbers.OpenTree, device, &nothing, 1 | Libc.O_CLOEXEC | Libc.AT_EMPTY_PATH), status, InitStage.MaskProc);
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
