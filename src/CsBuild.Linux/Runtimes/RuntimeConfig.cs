using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Runtimes;

/// <summary>
/// A step as config.json of the OCI runtime specification. The runtime finds the root with /dev, /sys and the step's
/// mounts in it already, and the step's network, host name and message queues around it; it adds what only the new
/// process can have: /proc, process numbers, the view of control groups, and the confinement.
/// </summary>
internal sealed record RuntimeConfig
{
    // capability(7), in the order of their numbers
    private static readonly string[] CapabilityNames =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
        "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL",
        "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>The mounted root directory.</summary>
    public required string Root { get; init; }

    public required SandboxSpec Spec { get; init; }

    /// <summary>What process 1 is started with: our own program, which starts the command.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The capabilities that the step keeps, by number.</summary>
    public required ulong Capabilities { get; init; }

    public required bool NoNewPrivileges { get; init; }

    /// <summary>False: no system call filter, and the step may change what it sees of control groups.</summary>
    public required bool IsConfined { get; init; }

    /// <summary>Names below /proc.</summary>
    public required IReadOnlyList<string> MaskedProc { get; init; }

    /// <summary>Names below /proc.</summary>
    public required IReadOnlyList<string> ReadOnlyProc { get; init; }

    public required IReadOnlyList<(ProcessLimitKind Kind, ulong Soft, ulong Hard)> Limits { get; init; }

    /// <summary>The step's control group in the runtime's words; null where the runtime shall not enter any.</summary>
    public string? GroupsPath { get; init; }

    /// <summary>True where there is one hierarchy of control groups, which can be shown.</summary>
    public bool ShowsGroups { get; init; }

    /// <summary>The bytes of config.json.</summary>
    /// <exception cref="SandboxException">A value is no text, so that it cannot stand in JSON.</exception>
    public byte[] Write()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.2");
            WriteProcess(json);
            json.WriteStartObject("root");
            json.WriteString("path", Text(Root));
            json.WriteBoolean("readonly", false);
            json.WriteEndObject();
            WriteMounts(json);
            WriteLinux(json);
            json.WriteEndObject();
        }
        return output.ToArray();
    }

    private void WriteProcess(Utf8JsonWriter json)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", Spec.Terminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", Spec.User.Uid);
        json.WriteNumber("gid", Spec.User.Gid);
        json.WriteNumber("umask", 0x12); // 0022
        json.WriteStartArray("additionalGids");
        foreach (var group in Spec.User.Groups)
            json.WriteNumberValue(group);
        json.WriteEndArray();
        json.WriteEndObject();
        Texts(json, "args", Arguments);
        Texts(json, "env", Spec.Environment);
        json.WriteString("cwd", Text(Spec.WorkingDirectory));
        json.WriteStartObject("capabilities");
        var names = CapabilityNames.Where((_, number) => (Capabilities & (1UL << number)) != 0).Select(name => "CAP_" + name).ToArray();
        foreach (var set in (string[])["bounding", "effective", "permitted"])
            Texts(json, set, names);
        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        foreach (var (kind, soft, hard) in Limits)
        {
            json.WriteStartObject();
            json.WriteString("type", "RLIMIT_" + kind.ToString().ToUpper(CultureInfo.InvariantCulture));
            json.WriteNumber("hard", hard);
            json.WriteNumber("soft", soft);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("oomScoreAdj", 500);
        json.WriteBoolean("noNewPrivileges", NoNewPrivileges);
        json.WriteEndObject();
    }

    private void WriteMounts(Utf8JsonWriter json)
    {
        json.WriteStartArray("mounts");
        Mount(json, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        // the same once more: a runtime makes devices of its own unless /dev is a bind
        string[] again = ["rbind", "rprivate", "nosuid", "strictatime", .. IsConfined ? (string[])["nodev"] : []];
        Mount(json, "/dev", "bind", Root + "/dev", again);
        if (ShowsGroups)
            Mount(json, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", IsConfined ? "ro" : "rw");
        json.WriteEndArray();
    }

    private void WriteLinux(Utf8JsonWriter json)
    {
        json.WriteStartObject("linux");
        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["pid", "mount", "cgroup"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (GroupsPath is not null)
            json.WriteString("cgroupsPath", GroupsPath);
        Texts(json, "maskedPaths", MaskedProc.Select(name => "/proc/" + name));
        Texts(json, "readonlyPaths", ReadOnlyProc.Select(name => "/proc/" + name));
        if (IsConfined)
        {
            json.WritePropertyName("seccomp");
            RuntimeFilter.Write(json, Capabilities, NoNewPrivileges);
        }
        json.WriteEndObject();
    }

    private static void Mount(Utf8JsonWriter json, string destination, string type, string source, params ReadOnlySpan<string> options)
    {
        json.WriteStartObject();
        json.WriteString("destination", destination);
        json.WriteString("type", type);
        json.WriteString("source", source);
        json.WriteStartArray("options");
        foreach (var option in options)
            json.WriteStringValue(option);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(Text(text));
        json.WriteEndArray();
    }

    /// <summary>Text may stand for bytes that are no UTF-8, by halves of surrogate pairs, and hold pairs besides.</summary>
    private static string Text(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                throw new SandboxException("an argument, variable or path of the step is not UTF-8, which a runtime's JSON cannot say", "without --runtime it works");
        }
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new SandboxException("an argument, variable or path of the step holds a NUL character")
            : text;
    }
}
