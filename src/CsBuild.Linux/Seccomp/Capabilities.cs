namespace CsBuild.Linux.Seccomp;

/// <summary>Numbers of capabilities(7), and the sets that steps keep.</summary>
internal static class Capabilities
{
    public const int DacReadSearch = 2;
    public const int SysModule = 16;
    public const int SysRawio = 17;
    public const int SysChroot = 18;
    public const int SysPtrace = 19;
    public const int SysPacct = 20;
    public const int SysAdmin = 21;
    public const int SysBoot = 22;
    public const int SysNice = 23;
    public const int SysTime = 25;
    public const int SysTtyConfig = 26;

    /// <summary>
    /// Docker's fourteen: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT
    /// MKNOD AUDIT_WRITE SETFCAP.
    /// </summary>
    public const ulong Default = 0xa80425fb;

    /// <summary>Without NET_RAW, MKNOD and AUDIT_WRITE.</summary>
    public const ulong Strict = 0x800405fb;

    /// <summary>Every one that the builder has.</summary>
    public const ulong All = ulong.MaxValue;
}
