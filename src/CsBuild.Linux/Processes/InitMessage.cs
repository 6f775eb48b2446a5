using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Seccomp;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>Lays out the message for a step's init. See <see cref="InitHeader"/>.</summary>
internal sealed unsafe class InitMessage
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Names below /proc that a step sees nothing in.</summary>
    public static readonly string[] MaskedProc =
        ["acpi", "asound", "interrupts", "kcore", "keys", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];

    /// <summary>Names below /proc that a step cannot write to.</summary>
    public static readonly string[] ReadOnlyProc = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

    private readonly List<byte> _body = [];

    /// <summary>The message for <paramref name="spec"/>.</summary>
    /// <param name="spec">What runs.</param>
    /// <param name="confinement">What it may do.</param>
    /// <param name="groupDescriptors">How many control groups it joins.</param>
    /// <param name="nullDevice">What files are covered with: a path of the builder's, never one of the step's root.</param>
    /// <exception cref="SandboxException">A value cannot be given to a program.</exception>
    public static byte[] Write(SandboxSpec spec, Confinement confinement, int groupDescriptors, string nullDevice = "")
    {
        if (spec.Arguments.Count == 0 || spec.Arguments[0].Length == 0)
            throw new SandboxException("the step has no program to run");
        var message = new InitMessage();
        message._body.AddRange(new byte[sizeof(InitHeader)]);
        var limits = confinement.Limits;
        var header = new InitHeader
        {
            Magic = InitHeader.ExpectedMagic,
            Uid = spec.User.Uid,
            Gid = spec.User.Gid,
            GroupCount = spec.User.Groups.Count,
            Groups = message.Put(MemoryMarshal.AsBytes(spec.User.Groups.ToArray().AsSpan())),
            WorkingDirectory = message.Put(Text(spec.WorkingDirectory)),
            Arguments = message.Table(["init", .. Programs(spec), "", .. spec.Arguments]),
            Environment = message.Table(spec.Environment),
            MaskedProc = message.Table(confinement.MasksPaths ? MaskedProc : []),
            ReadOnlyProc = message.Table(confinement.MasksPaths ? ReadOnlyProc : []),
            NullDevice = message.Put(Text(nullDevice)),
            Limits = message.Put(MemoryMarshal.AsBytes(limits.AsSpan())),
            LimitCount = limits.Length,
            Filter = message.Put(confinement.Filter),
            FilterCount = confinement.Filter.Length / sizeof(FilterProgram.Instruction),
            GroupDescriptors = groupDescriptors,
            Flags = confinement.Flags | (spec.Terminal ? InitFlags.Terminal : 0) | (ProcessRights.Current.MaySetGroups ? 0 : InitFlags.KeepGroups),
            Capabilities = confinement.Capabilities,
        };
        return message.End(header);
    }

    /// <summary>The message for a process that becomes a runtime: it sees the machine as the builder does.</summary>
    /// <param name="command">Begins with an absolute path.</param>
    /// <param name="groupDescriptors">How many control groups it joins.</param>
    /// <param name="terminal">True: it takes descriptor 0 as its terminal.</param>
    public static byte[] ForRuntime(IReadOnlyList<string> command, int groupDescriptors, bool terminal)
    {
        var message = new InitMessage();
        message._body.AddRange(new byte[sizeof(InitHeader)]);
        return message.End(new InitHeader
        {
            Magic = InitHeader.ExpectedMagic,
            Groups = message.Put([0]),
            WorkingDirectory = message.Put(Text("/")),
            Arguments = message.Table(command),
            Environment = message.Table(["PATH=" + DefaultPath]),
            MaskedProc = message.Table([]),
            ReadOnlyProc = message.Table([]),
            NullDevice = message.Put([0]),
            Limits = message.Put([0]),
            Filter = message.Put([0]),
            GroupDescriptors = groupDescriptors,
            Flags = InitFlags.Runtime | (terminal ? InitFlags.Terminal : 0),
        });
    }

    private byte[] End(InitHeader header)
    {
        Put([0]);
        var bytes = _body.ToArray();
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
