using System.Runtime.InteropServices;

namespace CsBuild.Linux.Interop;

/// <summary>Numbers of system calls. Those from 424 on are the same everywhere; the others differ by architecture.</summary>
internal static class SyscallNumbers
{
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public const int PidfdSendSignal = 424;
    public const int OpenTree = 428;
    public const int MoveMount = 429;
    public const int Fsopen = 430;
    public const int Fsconfig = 431;
    public const int Fsmount = 432;
    public const int PidfdOpen = 434;
    public const int CloseRange = 436;
    public const int MountSetattr = 442;

    public static int Read => Arm ? 63 : 0;

    public static int Write => Arm ? 64 : 1;

    public static int Close => Arm ? 57 : 3;

    public static int Mmap => Arm ? 222 : 9;

    public static int Ioctl => Arm ? 29 : 16;

    public static int RtSigaction => Arm ? 134 : 13;

    public static int RtSigprocmask => Arm ? 135 : 14;

    public static int Dup3 => Arm ? 24 : 292;

    public static int Clone => Arm ? 220 : 56;

    public static int Chroot => Arm ? 51 : 161;

    public static int Execve => Arm ? 221 : 59;

    public static int Getcwd => Arm ? 17 : 79;

    public static int Chdir => Arm ? 49 : 80;

    public static int Fchdir => Arm ? 50 : 81;

    public static int Umask => Arm ? 166 : 95;

    public static int Setsid => Arm ? 157 : 112;

    public static int Setgroups => Arm ? 159 : 116;

    public static int Setresuid => Arm ? 147 : 117;

    public static int Setresgid => Arm ? 149 : 119;

    public static int Capget => Arm ? 90 : 125;

    public static int Capset => Arm ? 91 : 126;

    public static int PivotRoot => Arm ? 41 : 155;

    public static int Prctl => Arm ? 167 : 157;

    public static int Umount2 => Arm ? 39 : 166;

    public static int Getdents64 => Arm ? 61 : 217;

    public static int ExitGroup => Arm ? 94 : 231;

    public static int Keyctl => Arm ? 219 : 250;

    public static int Openat => Arm ? 56 : 257;

    public static int Mknodat => Arm ? 33 : 259;

    public static int Ppoll => Arm ? 73 : 271;

    public static int Seccomp => Arm ? 277 : 317;

    public static int Execveat => Arm ? 281 : 322;

    public static int Unshare => Arm ? 97 : 272;

    public static int Prlimit64 => Arm ? 261 : 302;

    public static int Renameat2 => Arm ? 276 : 316;
}
