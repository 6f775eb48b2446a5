using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>Lays out the message for a step's init. See <see cref="InitHeader"/>.</summary>
internal sealed unsafe class InitMessage
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const ulong OpenFilesHard = 524288;

    // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP
    private const ulong DefaultCapabilities = 0xa80425fb;

    private static readonly string[] MaskedProc =
        ["acpi", "asound", "interrupts", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];

    private static readonly string[] ReadOnlyProc = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

    private readonly List<byte> _body = [];

    /// <summary>The message for <paramref name="spec"/>.</summary>
    /// <exception cref="SandboxException">A value cannot be given to a program.</exception>
    public static byte[] Write(SandboxSpec spec, int flags = 0, ulong capabilities = DefaultCapabilities)
    {
        if (spec.Arguments.Count == 0 || spec.Arguments[0].Length == 0)
            throw new SandboxException("the step has no program to run");
        var message = new InitMessage();
        message._body.AddRange(new byte[sizeof(InitHeader)]);
        var header = new InitHeader
        {
            Magic = InitHeader.ExpectedMagic,
            Uid = spec.User.Uid,
            Gid = spec.User.Gid,
            GroupCount = spec.User.Groups.Count,
            Groups = message.Put(MemoryMarshal.AsBytes(spec.User.Groups.ToArray().AsSpan())),
            WorkingDirectory = message.Put(Text(spec.WorkingDirectory)),
            Programs = message.Table(Programs(spec)),
            Arguments = message.Table(spec.Arguments),
            Environment = message.Table(spec.Environment),
            MaskedProc = message.Table(MaskedProc),
            ReadOnlyProc = message.Table(ReadOnlyProc),
            Flags = flags | (ProcessRights.Current.MaySetGroups ? 0 : InitFlags.KeepGroups),
            Capabilities = capabilities,
            OpenFilesSoft = 1024,
            OpenFilesHard = OpenFilesHard,
        };
        var bytes = message._body.ToArray();
        MemoryMarshal.Write(bytes, header);
        return bytes;
    }

    /// <summary>A name with a slash is itself; another is looked for in PATH. Empty entries of PATH are not the current directory here.</summary>
    internal static IEnumerable<string> Programs(SandboxSpec spec)
    {
        var program = spec.Arguments[0];
        if (program.Contains('/', StringComparison.Ordinal))
            return [program];
        var path = spec.Environment.LastOrDefault(variable => variable.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => folder.TrimEnd('/') + "/" + program);
    }

    private int Table(IEnumerable<string> texts)
    {
        var offsets = texts.Select(text => (long)Put(Text(text))).Append(0).ToArray();
        return Put(MemoryMarshal.AsBytes(offsets.AsSpan()));
    }

    private int Put(ReadOnlySpan<byte> bytes)
    {
        while (_body.Count % 8 != 0)
            _body.Add(0);
        var offset = _body.Count;
        _body.AddRange(bytes);
        return offset;
    }

    private static byte[] Text(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new SandboxException("an argument, variable or path of the step holds a NUL character");
        return Libc.Name(text);
    }
}
