/* Says, from inside a step, what the step can do. One line for each fact; the tests compare them with a table.
 * Static and without a library's help where that would hide the kernel's answer. Arguments choose what is reported. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char *name(int error)
{
    switch (error)
    {
        case 0: return "ok";
        case EPERM: return "EPERM";
        case ENOSYS: return "ENOSYS";
        case EACCES: return "EACCES";
        case EROFS: return "EROFS";
        case ENOENT: return "ENOENT";
        case EAFNOSUPPORT: return "EAFNOSUPPORT";
        default: return "other";
    }
}

/* Refused, unknown or past the filter: what the kernel itself says with nonsense for arguments does not matter. */
static const char *verdict(long number, long a, long b)
{
    static char text[16];
    int pipes[2];
    if (pipe(pipes) != 0)
        return "?";
    pid_t child = fork();
    if (child == 0)
    {
        signal(SIGSYS, SIG_DFL);
        alarm(2);
        close(pipes[0]);
        /* bad pointers everywhere: whoever gets past the filter fails in the kernel */
        long result = syscall(number, a, b, -1L, -1L, -1L, -1L);
        int error = result < 0 ? errno : 0;
        char c = error == EPERM ? 'P' : error == ENOSYS ? 'N' : 'A';
        if (write(pipes[1], &c, 1)) { }
        _exit(0);
    }
    close(pipes[1]);
    char c = 'A'; /* a call that does not come back was let through */
    struct pollfd wait = { .fd = pipes[0], .events = POLLIN };
    if (poll(&wait, 1, 2000) > 0 && read(pipes[0], &c, 1) < 0)
        c = '?';
    close(pipes[0]);
    int status;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    snprintf(text, sizeof text, "%s", c == 'P' ? "EPERM" : c == 'N' ? "ENOSYS" : "allowed");
    return text;
}

static void calls(long from, long to)
{
    for (long n = from; n <= to; n++)
    {
        /* those that would end or stop this very report, or take its child along */
        if (n == SYS_clone || n == SYS_vfork || n == SYS_fork || n == SYS_exit || n == SYS_exit_group || n == SYS_kill || n == SYS_tkill
            || n == SYS_tgkill || n == SYS_rt_sigreturn || n == SYS_pause || n == SYS_ptrace)
            continue;
        printf("%ld %s\n", n, verdict(n, -1, -1));
    }
}

#ifdef __x86_64__
static sigjmp_buf without_door;

static void no_door(int signal)
{
    (void)signal;
    siglongjmp(without_door, 1);
}

/* A call by the 32-bit door, which some machines do not have at all. */
static void door(const char *call, long number)
{
    long result;
    void (*before)(int) = signal(SIGSEGV, no_door);
    if (sigsetjmp(without_door, 1) == 0)
    {
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0) : "memory");
        printf("i386 %s %s\n", call, result > 0 ? "allowed" : result == -EPERM ? "EPERM" : result == -ENOSYS ? "ENOSYS" : "other");
    }
    else
        printf("i386 %s none\n", call);
    signal(SIGSEGV, before);
}
#endif

static void arguments(void)
{
    static const unsigned long flags[] = { 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000 };
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++)
    {
        long result = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (result == 0)
            _exit(0);
        printf("clone %08lx %s\n", flags[i], name(result < 0 ? errno : 0));
    }
    printf("clone3 %s\n", verdict(435, 0, 0));
    static const unsigned long kinds[] = { 0, 8, 0x20000, 0x20008, 0xffffffff, 0x40000, 0x0400000 };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
    {
        long result = syscall(SYS_personality, kinds[i]);
        printf("personality %08lx %s\n", kinds[i], name(result < 0 ? errno : 0));
        syscall(SYS_personality, 0UL);
    }
    printf("ioctl TIOCSTI %s\n", verdict(SYS_ioctl, 0, TIOCSTI));
    printf("ioctl TIOCSTI+high %s\n", verdict(SYS_ioctl, 0, 0x7f00000000000000L | TIOCSTI));
    printf("ioctl TIOCLINUX %s\n", verdict(SYS_ioctl, 0, 0x541c));
    printf("ioctl TIOCLINUX+high %s\n", verdict(SYS_ioctl, 0, 0x100000000L | 0x541c));
    printf("ioctl TCGETS %s\n", verdict(SYS_ioctl, 0, TCGETS));
    printf("tty %s\n", open("/dev/tty", O_RDWR) < 0 ? "none" : "there");
    int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_ALG, AF_VSOCK };
    const char *names[] = { "unix", "inet", "inet6", "netlink", "alg", "vsock" };
    for (int i = 0; i < 6; i++)
    {
        int s = socket(families[i], families[i] == AF_ALG ? SOCK_SEQPACKET : families[i] == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0);
        printf("socket %s %s\n", names[i], name(s < 0 ? errno : 0));
    }
#ifdef __x86_64__
    door("getpid", 20);
    door("keyctl", 288);
    /* past the filter few kernels know this kind of call */
    printf("x32 getpid %s\n", strcmp(verdict(0x40000000L | SYS_getpid, 0, 0), "EPERM") ? "passed" : "EPERM");
    printf("x32 keyctl %s\n", verdict(0x40000000L | SYS_keyctl, 0, 0));
#endif
}

static void limits(void)
{
    static const char *names[] = { "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile" };
    int which[] = { RLIMIT_CORE, RLIMIT_NOFILE };
    const char *shown[] = { names[4], names[7] };
    for (int i = 0; i < 2; i++)
    {
        struct rlimit limit;
        getrlimit(which[i], &limit);
        printf("limit %s %ld\n", shown[i], limit.rlim_cur == RLIM_INFINITY ? -1 : (long)limit.rlim_cur);
    }
    mode_t mask = umask(0);
    printf("umask %03o\n", mask);
}

static void agent(const char *path, int question)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0)
    {
        printf("connect %s\n", name(errno));
        return;
    }
    unsigned char message[5] = { 0, 0, 0, 1, (unsigned char)question };
    unsigned char answer[64];
    if (write(s, message, 5) != 5)
        return;
    ssize_t count = read(s, answer, sizeof answer);
    printf("answer %d\n", count > 4 ? answer[4] : -1);
}

void report(void);

/* Exchanges two names as fast as the kernel can, in processes that race each other too. A dot for every thousand. */
static void swap(const char *one, const char *other, int racers)
{
    for (int i = 0; i < racers; i++)
        if (fork() == 0)
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (long done = 0;;)
                if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2L /* RENAME_EXCHANGE */) == 0 && ++done % 1000 == 0 && write(1, ".", 1) != 1)
                    _exit(0);
        }
    while (wait(NULL) > 0)
        ;
}

int main(int count, char **words)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < count; i++)
    {
        if (!strcmp(words[i], "report"))
            report();
        else if (!strcmp(words[i], "deep") && i + 1 < count)
        {
            int levels = atoi(words[++i]);
            while (levels-- > 0)
                if (mkdir("d", 0755) || chdir("d"))
                    return 1;
        }
        else if (!strcmp(words[i], "swap") && i + 3 < count)
        {
            swap(words[i + 1], words[i + 2], atoi(words[i + 3]));
            i += 3;
        }
        else if (!strcmp(words[i], "calls"))
            calls(-1, 600);
        else if (!strcmp(words[i], "arguments"))
            arguments();
        else if (!strcmp(words[i], "limits"))
            limits();
        else if (!strcmp(words[i], "agent") && i + 2 < count)
        {
            agent(words[i + 1], atoi(words[i + 2]));
            i += 2;
        }
        else if (!strcmp(words[i], "orphans") && i + 1 < count)
        {
            /* each is left to process 1 at once */
            int number = atoi(words[++i]);
            for (int n = 0; n < number; n++)
            {
                pid_t child = fork();
                if (child == 0)
                {
                    if (fork() == 0)
                        _exit(0);
                    _exit(0);
                }
                waitpid(child, NULL, 0);
            }
        }
    }
    return 0;
}
