/* The whole of what a step is given, one fact a line: whose it is, what it may do, what it sees. The numbers are the
 * kernel's; what of them depends on the machine is said in other words by the test (ProbeReport). */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

extern char **environ;

static const char *error(int number)
{
    return number == 0 ? "ok" : strerrorname_np(number);
}

static void identity(void)
{
    uid_t u[3], groups[64];
    gid_t g[3];
    getresuid(&u[0], &u[1], &u[2]);
    getresgid(&g[0], &g[1], &g[2]);
    printf("id user %u %u %u\nid group %u %u %u\nid groups", u[0], u[1], u[2], g[0], g[1], g[2]);
    int count = getgroups(64, groups);
    for (int i = 0; i < count; i++)
        printf(" %u", groups[i]);
    printf("\nid process %d parent %d group %d session %d\n", getpid(), getppid(), getpgid(0), getsid(0));
    struct utsname names;
    uname(&names);
    printf("name host %s\nname domain %s\n", names.nodename, names.domainname);
    char here[4096];
    printf("directory %s\n", getcwd(here, sizeof here));
    printf("personality %x\n", personality(0xffffffff));
    printf("nice %d scheduler %d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
    printf("dumpable %d securebits %d keepcaps %d\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_SECUREBITS), prctl(PR_GET_KEEPCAPS));
    for (char **variable = environ; *variable; variable++)
        printf("variable %s\n", *variable);
}

/* Lines of a small file, each with a word before it. */
static void lines(const char *word, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
    {
        printf("%s: %s\n", word, error(errno));
        return;
    }
    char line[8192];
    while (fgets(line, sizeof line, file))
    {
        line[strcspn(line, "\n")] = 0;
        printf("%s: %s\n", word, line);
    }
    fclose(file);
}

static void status(void)
{
    static const char *wanted[] = { "Umask:", "SigPnd:", "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:", "NoNewPrivs:", "Seccomp:", "TracerPid:" };
    FILE *file = fopen("/proc/self/status", "r");
    char line[1024];
    while (file && fgets(line, sizeof line, file))
        for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (!strncmp(line, wanted[i], strlen(wanted[i])))
                printf("status %s %s", wanted[i], strrchr(line, '\t') + 1);
    if (file)
        fclose(file);
    lines("oom score", "/proc/self/oom_score_adj");
    lines("control group", "/proc/self/cgroup");
    lines("users", "/proc/self/uid_map");
    lines("groups", "/proc/self/gid_map");
    lines("setgroups", "/proc/self/setgroups");
}

/* Capabilities by name; their bits are in the order of linux/capability.h. */
static void capabilities(void)
{
    static const char *names[] = {
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    };
    FILE *file = fopen("/proc/self/status", "r");
    char line[1024];
    while (file && fgets(line, sizeof line, file))
    {
        if (strncmp(line, "Cap", 3))
            continue;
        unsigned long long mask = strtoull(strchr(line, '\t'), NULL, 16);
        printf("capabilities %.3s %016llx", line + 3, mask);
        for (unsigned i = 0; i < 64; i++)
            if (mask >> i & 1)
            {
                if (i < sizeof names / sizeof *names)
                    printf(" %s", names[i]);
                else
                    printf(" %u", i);
            }
        printf("\n");
    }
    if (file)
        fclose(file);
}

static void namespaces(void)
{
    static const char *names[] = { "user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time" };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    {
        char path[64], target[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        printf("namespace %s %s\n", names[i], target);
    }
}

static void resources(void)
{
    static const char *names[] = {
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    };
    for (int i = 0; i < 16; i++)
    {
        struct rlimit limit;
        getrlimit(i, &limit);
        printf("limit %s %lld %lld\n", names[i], (long long)limit.rlim_cur, (long long)limit.rlim_max);
    }
}

/* What is mounted where: place, type, root in its file system, options, and whether mounts spread. */
static void mounts(void)
{
    FILE *file = fopen("/proc/self/mountinfo", "r");
    char line[16384];
    while (file && fgets(line, sizeof line, file))
    {
        char *words[64];
        int count = 0;
        for (char *word = strtok(line, " \n"); word && count < 64; word = strtok(NULL, " \n"))
            words[count++] = word;
        int dash = 6;
        while (dash < count && strcmp(words[dash], "-"))
            dash++;
        printf("mount %s %s root %s %s %s\n", words[4], words[dash + 1], words[3], words[5], dash == 6 ? "private" : words[6]);
    }
    if (file)
        fclose(file);
}

/* Before anything else is opened. */
static void descriptors(void)
{
    for (int fd = 0; fd < 65536; fd++)
    {
        int flags = fcntl(fd, F_GETFL), own = fcntl(fd, F_GETFD);
        if (flags < 0)
            continue;
        char path[64], target[4096];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        struct stat stat;
        fstat(fd, &stat);
        printf("descriptor %d %s %s%s owner %u:%u %s\n", fd, (flags & O_ACCMODE) == O_RDONLY ? "read" : (flags & O_ACCMODE) == O_WRONLY ? "write" : "both",
            own & FD_CLOEXEC ? "closed-by-exec " : "", flags & O_NONBLOCK ? "nonblocking" : "blocking", stat.st_uid, stat.st_gid, target);
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* All in a directory: kind, mode, owner, and whether it can be opened. */
static void directory(const char *path, int opens)
{
    struct dirent **names;
    int count = scandir(path, &names, is_shown, by_name);
    for (int i = 0; i < count; i++)
    {
        char whole[4096], target[4096] = "";
        snprintf(whole, sizeof whole, "%s/%s", strcmp(path, "/") ? path : "", names[i]->d_name);
        struct stat stat;
        lstat(whole, &stat);
        const char *kind = S_ISDIR(stat.st_mode) ? "directory" : S_ISLNK(stat.st_mode) ? "link" : S_ISCHR(stat.st_mode) ? "character" : S_ISBLK(stat.st_mode) ? "block" : "file";
        printf("entry %s %s %04o %u:%u", whole, kind, stat.st_mode & 07777, stat.st_uid, stat.st_gid);
        if (S_ISLNK(stat.st_mode) && readlink(whole, target, sizeof target - 1) > 0)
            printf(" -> %s", target);
        if (S_ISCHR(stat.st_mode) || S_ISBLK(stat.st_mode))
        {
            printf(" %u:%u", major(stat.st_rdev), minor(stat.st_rdev));
            int fd = opens ? open(whole, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
            printf(" open %s", error(fd < 0 ? errno : 0));
            if (fd >= 0)
                close(fd);
        }
        printf("\n");
    }
}

static void nodes(void)
{
    static const struct { const char *name; mode_t type; int major, minor; } made[] = {
        { "disk", S_IFBLK, 8, 0 }, { "mem", S_IFCHR, 1, 1 }, { "null", S_IFCHR, 1, 3 }, { "tun", S_IFCHR, 10, 200 }, { "fuse", S_IFCHR, 10, 229 }, { "kvm", S_IFCHR, 10, 232 },
    };
    static const char *places[] = { "", "/dev", "/dev/shm", "/tmp" };
    for (unsigned p = 0; p < sizeof places / sizeof *places; p++)
        for (unsigned i = 0; i < sizeof made / sizeof *made; i++)
        {
            char path[64];
            snprintf(path, sizeof path, "%s/probe-%s", places[p], made[i].name);
            int result = mknod(path, made[i].type | 0666, makedev(made[i].major, made[i].minor)) ? errno : 0;
            int fd = result ? -1 : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
            printf("node %s made %s open %s\n", path, error(result), result ? "-" : error(fd < 0 ? errno : 0));
            if (fd >= 0)
                close(fd);
            unlink(path);
        }
}

/* Files of the kernel: what is read of one, and whether it can be opened for writing. Nothing is written. */
static void kernel_files(void)
{
    static const char *paths[] = {
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/kmsg", "/proc/kpagecgroup", "/proc/kpagecount", "/proc/kpageflags", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname", "/proc/sys/kernel/msgmax",
        "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches", "/proc/sys/fs/file-max", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/user/max_user_namespaces",
        "/proc/1/environ", "/proc/1/maps", "/proc/1/mem", "/proc/1/oom_score_adj", "/proc/self/mem", "/proc/self/oom_score_adj", "/proc/self/uid_map",
        "/sys/firmware", "/sys/devices/virtual/powercap", "/sys/devices/system/cpu/cpu0/thermal_throttle", "/sys/fs/selinux", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security",
        "/sys/fs/bpf", "/sys/fs/fuse/connections", "/sys/kernel/uevent_seqnum", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/module/kernel/parameters/panic", "/sys/class/net/lo/mtu",
    };
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
    {
        struct stat stat;
        printf("kernel %s", paths[i]);
        if (lstat(paths[i], &stat))
        {
            printf(" missing\n");
            continue;
        }
        if (S_ISDIR(stat.st_mode))
        {
            struct dirent **names;
            int count = scandir(paths[i], &names, is_shown, by_name);
            printf(count < 0 ? " closed\n" : count == 0 ? " empty\n" : " directory %s\n", error(access(paths[i], W_OK) ? errno : 0));
            continue;
        }
        char byte;
        int fd = open(paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        int opened = fd < 0 ? errno : 0;
        ssize_t count = fd < 0 ? -1 : read(fd, &byte, 1);
        printf(" read %s", opened ? error(opened) : count > 0 ? "something" : count == 0 ? "nothing" : error(errno));
        if (fd >= 0)
            close(fd);
        fd = open(paths[i], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        printf(" write %s\n", error(fd < 0 ? errno : 0));
        if (fd >= 0)
            close(fd);
    }
}

static void sockets(void)
{
    static const struct { const char *name; int family, type, protocol; } kinds[] = {
        { "unix", AF_UNIX, SOCK_STREAM, 0 }, { "inet", AF_INET, SOCK_STREAM, 0 }, { "inet-raw", AF_INET, SOCK_RAW, 1 }, { "inet6", AF_INET6, SOCK_STREAM, 0 },
        { "netlink-route", AF_NETLINK, SOCK_RAW, 0 },
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
    {
        int s = socket(kinds[i].family, kinds[i].type | SOCK_CLOEXEC, kinds[i].protocol);
        printf("socket %s %s\n", kinds[i].name, error(s < 0 ? errno : 0));
        if (s >= 0)
            close(s);
    }
    /* which of the others there are is for the kernel to say: here counts which ones it is never asked for, and with a
     * type that does not exist it has no reason of its own to refuse */
    printf("socket families refused:");
    for (int family = 0; family < 64; family++)
    {
        int s = socket(family, 15, 0);
        if (s < 0 && errno == EPERM)
            printf(" %d", family);
        if (s >= 0)
            close(s);
    }
    printf("\n");
    struct if_nameindex *devices = if_nameindex();
    for (struct if_nameindex *device = devices; device && device->if_index; device++)
    {
        char path[128];
        snprintf(path, sizeof path, "/sys/class/net/%s/flags", device->if_name);
        printf("device %s\n", device->if_name);
        lines("device flags", path);
    }
    lines("hosts", "/etc/hosts");
    lines("resolv.conf", "/etc/resolv.conf");
}

static void processes(void)
{
    struct dirent **names;
    int count = scandir("/proc", &names, is_shown, by_name);
    for (int i = 0; i < count; i++)
        if (names[i]->d_name[0] >= '0' && names[i]->d_name[0] <= '9')
        {
            char path[512], text[256];
            snprintf(path, sizeof path, "/proc/%s/root", names[i]->d_name);
            printf("process %s root %s\n", names[i]->d_name, error(readlink(path, text, sizeof text) < 0 ? errno : 0));
        }
}

void report(void)
{
    descriptors();
    identity();
    status();
    capabilities();
    namespaces();
    resources();
    mounts();
    directory("/", 0);
    directory("/dev", 1);
    nodes();
    kernel_files();
    sockets();
    processes();
}
