using System.Runtime.InteropServices;

namespace CsBuild.Linux.Interop;

// ioctl_tty(2), termios(3): the kernel's own structures, which are the same on x86-64 and arm64.
internal static unsafe partial class Libc
{
    private const uint TCGETS = 0x5401;
    private const uint TCSETSF = 0x5404;
    private const uint TIOCGWINSZ = 0x5413;
    private const uint TIOCSWINSZ = 0x5414;
    private const uint TIOCSPTLCK = 0x40045431;
    private const uint TIOCGPTPEER = 0x5441;
    private const int O_NOCTTY = 0x100;

    /// <summary>True where a descriptor is a terminal.</summary>
    public static bool IsTerminal(int fd)
    {
        TerminalSettings settings;
        return ioctl(fd, TCGETS, (byte*)&settings) == 0;
    }

    /// <summary>A new terminal: the end of who shows it, and that of the programs on it.</summary>
    public static (Fd Shown, Fd Programs) NewTerminal()
    {
        var shown = Open("/dev/ptmx", O_RDWR | O_NOCTTY);
        var locked = 0;
        Check(ioctl(shown.Value, TIOCSPTLCK, (byte*)&locked), "ioctl", "ptmx");
        return (shown, new Fd(Check(ioctl(shown.Value, TIOCGPTPEER, (byte*)(O_RDWR | O_NOCTTY | O_CLOEXEC)), "ioctl", "ptmx")));
    }

    public static TerminalSettings ReadSettings(int fd)
    {
        TerminalSettings settings;
        Check(ioctl(fd, TCGETS, (byte*)&settings), "tcgetattr");
        return settings;
    }

    public static void WriteSettings(int fd, TerminalSettings settings) => Check(ioctl(fd, TCSETSF, (byte*)&settings), "tcsetattr");

    /// <summary>Gives one terminal the size of another.</summary>
    public static void CopySize(int from, int to)
    {
        ulong size;
        if (ioctl(from, TIOCGWINSZ, (byte*)&size) == 0)
            _ = ioctl(to, TIOCSWINSZ, (byte*)&size);
    }
}

/// <summary><c>struct termios</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TerminalSettings
{
    public uint Input;
    public uint Output;
    public uint Control;
    public uint Local;
    public byte Line;
    public fixed byte Characters[19];

    // some room, should a kernel's be larger
    private fixed byte _rest[24];

    /// <summary>Every byte as it is, in both directions.</summary>
    public readonly TerminalSettings Raw()
    {
        var raw = this;
        raw.Input &= ~0x5ebu; // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
        raw.Output &= ~1u; // OPOST
        raw.Control = (raw.Control & ~0x130u) | 0x30; // no PARENB, CS8
        raw.Local &= ~0x804bu; // ECHO ECHONL ICANON ISIG IEXTEN
        return raw;
    }
}
