namespace CsBuild.Linux.Seccomp;

/// <summary>What the filter does with a call.</summary>
internal enum Verdict
{
    /// <summary>ENOSYS, as from a kernel that does not have the call: what is new falls back.</summary>
    Unknown,

    /// <summary>EPERM.</summary>
    Refuse,

    /// <summary>As without a filter.</summary>
    Allow,

    /// <summary>Allowed unless a new namespace is asked for.</summary>
    CheckClone,

    /// <summary>Allowed for the personalities that change nothing of the confinement.</summary>
    CheckPersonality,

    /// <summary>Allowed but for AF_ALG (kernel crypto) and AF_VSOCK (the hypervisor).</summary>
    CheckSocket,

    /// <summary>Allowed but for typing into a terminal.</summary>
    CheckIoctl,
}

/// <summary>
/// Which calls a step may make. Every call that <see cref="SyscallTable"/> knows stands in exactly one group; a call in
/// none is refused. What is tied to a capability is allowed where the step keeps that capability.
/// </summary>
internal static class FilterPolicy
{
    /// <summary>
    /// Calls that the usual programs make, and that reach nothing which namespaces and capabilities do not guard. (The
    /// kernel itself keeps uprobe and uretprobe from every filter.)
    /// </summary>
    internal const string Allowed =
        """
        _llseek _newselect accept accept4 access adjtimex alarm arch_prctl bind brk cachestat capget capset chdir chmod chown chown32 clock_adjtime
        clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range
        connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait
        epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark fchdir
        fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr file_getattr file_setattr flistxattr flock fork
        fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait
        futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32
        getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32
        getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr getxattrat
        inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup
        io_submit ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link
        linkat listen listmount listxattr listxattrat llistxattr lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier
        memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mprotect mq_getsetattr mq_notify
        mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync
        munlock munlockall munmap name_to_handle_at nanosleep newfstatat nice oldfstat oldlstat oldolduname oldstat olduname open openat openat2
        pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2
        prlimit64 process_mrelease process_vm_readv process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read readahead
        readdir readlink readlinkat readv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat
        renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
        sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler
        sched_yield seccomp select semctl semget semop semtimedop semtimedop_time64 sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list
        set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer setpgid setpriority
        setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr
        setxattrat sgetmask shmat shmctl shmdt shmget shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn
        sigsuspend socketcall socketpair splice ssetmask stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs
        sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
        timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname
        unlink unlinkat uprobe uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid write writev
        """;

    /// <summary>
    /// Keyrings are not in a namespace; io_uring and userfaultfd are the kernel's softest spots; the rest is obsolete.
    /// </summary>
    internal const string Refused =
        """
        add_key request_key keyctl io_uring_setup io_uring_enter io_uring_register userfaultfd nfsservctl lookup_dcookie uselib ustat sysfs
        vm86 vm86old move_pages migrate_pages _sysctl create_module get_kernel_syms query_module getpmsg putpmsg afs_syscall tuxcall
        security vserver bdflush break ftime gtty stty idle lock mpx prof profil ulimit
        """;

    /// <summary>By capability(7) number.</summary>
    internal static readonly (int Capability, string Calls)[] Tied =
    [
        (Capabilities.DacReadSearch, "open_by_handle_at"),
        (Capabilities.SysModule, "init_module finit_module delete_module"),
        (Capabilities.SysRawio, "iopl ioperm"),
        (Capabilities.SysChroot, "chroot"),
        (Capabilities.SysPtrace, "kcmp pidfd_getfd process_madvise"),
        (Capabilities.SysPacct, "acct"),
        (Capabilities.SysAdmin, "mount umount umount2 pivot_root fsopen fsmount fsconfig fspick open_tree open_tree_attr move_mount mount_setattr"),
        (Capabilities.SysAdmin, "setns unshare bpf perf_event_open fanotify_init quotactl quotactl_fd sethostname setdomainname syslog swapon swapoff"),
        (Capabilities.SysAdmin, "lsm_get_self_attr lsm_set_self_attr lsm_list_modules"),
        (Capabilities.SysBoot, "reboot kexec_load kexec_file_load"),
        (Capabilities.SysNice, "mbind set_mempolicy get_mempolicy set_mempolicy_home_node"),
        (Capabilities.SysTime, "settimeofday stime clock_settime clock_settime64"),
        (Capabilities.SysTtyConfig, "vhangup"),
    ];

    /// <summary>What is decided by an argument. clone3 hides its flags in memory: programs take clone where it is missing.</summary>
    internal static readonly (string Call, Verdict Verdict)[] ByArgument =
    [
        ("clone", Verdict.CheckClone), ("clone3", Verdict.Unknown), ("personality", Verdict.CheckPersonality),
        ("socket", Verdict.CheckSocket), ("ioctl", Verdict.CheckIoctl),
    ];

    /// <summary>
    /// For <see cref="Verdict.CheckClone"/>: every CLONE_NEW flag that clone(2) takes. In a user namespace of its own a
    /// step would have all capabilities again, and with them the parts of the kernel that nobody expects it to reach.
    /// (CLONE_NEWTIME is none of them: in clone(2) its bit belongs to the signal at the end.)
    /// </summary>
    internal const uint NewNamespaces = 0x7e020000;

    /// <summary>
    /// For <see cref="Verdict.CheckPersonality"/>: PER_LINUX and PER_LINUX32, each with UNAME26 or without, and the question
    /// which one is set. Others turn off what makes memory hard to attack (ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC).
    /// </summary>
    internal static readonly uint[] AllowedPersonalities = [0, 8, 0x20000, 0x20008, 0xffffffff];

    /// <summary>
    /// For <see cref="Verdict.CheckSocket"/>: AF_ALG and AF_VSOCK. No network namespace confines them: the first reaches the
    /// kernel's crypto, the second the hypervisor and the machine's other guests.
    /// </summary>
    internal static readonly uint[] RefusedFamilies = [38, 40];

    /// <summary>
    /// For <see cref="Verdict.CheckIoctl"/>: TIOCSTI and TIOCLINUX, which type into a terminal. Whoever sits at it would
    /// run what the step typed when the build has ended.
    /// </summary>
    internal static readonly uint[] RefusedRequests = [0x5412, 0x541c];

    /// <summary>The verdict on each name, for a step that keeps <paramref name="capabilities"/>.</summary>
    public static Dictionary<string, Verdict> For(ulong capabilities)
    {
        var verdicts = new Dictionary<string, Verdict>(512, StringComparer.Ordinal);
        foreach (var name in Words(Allowed))
            verdicts[name] = Verdict.Allow;
        foreach (var (capability, calls) in Tied)
            foreach (var name in Words(calls))
                verdicts[name] = (capabilities & (1UL << capability)) != 0 ? Verdict.Allow : Verdict.Refuse;
        foreach (var name in Words(Refused))
            verdicts[name] = Verdict.Refuse;
        foreach (var (name, verdict) in ByArgument)
            verdicts[name] = verdict;
        return verdicts;
    }

    /// <summary>The names in a group.</summary>
    internal static string[] Words(string group) => group.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
