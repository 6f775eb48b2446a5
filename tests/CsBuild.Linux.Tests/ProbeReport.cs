using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsBuild.Linux.Seccomp;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

/// <summary>
/// What the probe says, with the machine's part of it in words: numbers of namespaces, limits that a step has from its
/// builder, how many processors, control groups and kernel files there are. All else stays as it was said.
/// </summary>
internal sealed class ProbeReport(SandboxSecurity security)
{
    /// <summary>Not on every machine; where they are, a confined step finds nothing in them.</summary>
    private static readonly string[] OfSomeMachines =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/kpagecgroup", "/proc/kpagecount", "/proc/kpageflags", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_stats", "/proc/sysrq-trigger",
        "/proc/sys/user/max_user_namespaces", "/sys/firmware", "/sys/devices/virtual/powercap", "/sys/devices/system/cpu/cpu0/thermal_throttle", "/sys/fs/selinux",
        "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security", "/sys/fs/bpf", "/sys/fs/fuse/connections",
    ];

    private readonly Dictionary<string, (string Soft, string Hard)> _limits = Limits();

    /// <summary>The table.</summary>
    public string Of(string raw)
    {
        var lines = raw.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var facts = lines.Where(line => !IsCall(line)).Select(Fact).Distinct().ToArray();
        // where covers are, and how many, is said by the files below them
        return string.Join('\n', facts.Concat(Calls(lines.Where(IsCall)))) + "\n";
    }

    private static bool IsCall(string line) => char.IsAsciiDigit(line[0]) || line[0] == '-';

    private string Fact(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] switch
        {
            "descriptor" => Regex.Replace(line, @":\[\d+\]", ""),
            "control" => "control group " + line[(line.LastIndexOf(':') + 1)..],
            "users:" or "groups:" => Ids(words),
            "capabilities" => Capability(line, words),
            "namespace" => $"namespace {words[1]} {(new FileInfo("/proc/self/ns/" + words[1]).LinkTarget == words[2] ? "the builder's" : "own")}",
            "limit" => Limit(words[1], words[2], words[3]),
            "mount" => Mount(line, words),
            "kernel" => Kernel(line, words[1]),
            // whether there is such a device is no matter of confinement
            "node" or "entry" when security == SandboxSecurity.Insecure => Regex.Replace(line, " open (ok|ENXIO|ENODEV|ENOENT)$", " open let through"),
            _ => line,
        };
    }

    private static string Ids(string[] words) => (words[1], words[2], words[3]) switch
    {
        ("0", "0", "4294967295") => $"{words[0]} all, as the machine numbers them",
        ("0", _, "1") => $"{words[0]} 0 is the builder's",
        _ => $"{words[0]} {words[1]} and on are lent",
    };

    private string Capability(string line, string[] words)
    {
        var own = Convert.ToUInt64(File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapBnd", StringComparison.Ordinal)).Split('\t')[1], 16);
        var all = (2UL << int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), CultureInfo.InvariantCulture)) - 1;
        var mask = Convert.ToUInt64(words[2], 16);
        return security == SandboxSecurity.Insecure && mask != 0 && mask == (OrdinaryRun.IsOne ? all : own & all) ? $"capabilities {words[1]} all that there are for this user" : line;
    }

    private string Limit(string name, string soft, string hard)
    {
        var own = _limits[name];
        return name switch
        {
            // as far as the builder may go: its own highest number, or ours
            "nofile" when !OrdinaryRun.IsOne || Number(own.Hard) >= 524288 || hard == own.Hard => $"limit nofile {soft} {(Number(hard) <= 524288 ? "at most 524288" : hard)}",
            "core" when hard == own.Hard => $"limit core {soft} the builder's",
            _ when (soft, hard) == own => $"limit {name} the builder's",
            _ => $"limit {name} {soft} {hard}",
        };
    }

    private static ulong Number(string limit) => limit == "-1" ? ulong.MaxValue : ulong.Parse(limit, CultureInfo.InvariantCulture);

    private static string Mount(string line, string[] words)
    {
        var (place, root) = (words[1], words[4]);
        var isCover = (place.StartsWith("/proc/", StringComparison.Ordinal) || place.StartsWith("/sys/", StringComparison.Ordinal)) && words[2] is "tmpfs" or "devtmpfs";
        var name = isCover ? $"covers with {(root == "/null" ? "/dev/null" : "an empty directory")}" : place;
        // an ordinary user's device is the machine's, mounted as that has it
        if (OrdinaryRun.IsOne && root == "/" + Path.GetFileName(isCover ? root : place) && (isCover ? root == "/null" : place.StartsWith("/dev/", StringComparison.Ordinal)))
            return $"mount {name}: the machine's {words[^1]}";
        return isCover ? $"mount {name}: {string.Join(' ', words[5..])}" : line;
    }

    private string Kernel(string line, string path)
    {
        if (security == SandboxSecurity.Insecure && OfSomeMachines.Contains(path))
            return $"kernel {path} as the machine has it";
        var said = line[$"kernel {path} ".Length..];
        var isShut = OfSomeMachines.Contains(path) && Regex.IsMatch(said, "^read E[A-Z]+ write E[A-Z]+$");
        return said is "missing" or "empty" or "closed" or "read nothing write ok" || isShut ? $"kernel {path} nothing" : line;
    }

    private IEnumerable<string> Calls(IEnumerable<string> lines)
    {
        var policy = FilterPolicy.For(security == SandboxSecurity.Strict ? Linux.Seccomp.Capabilities.Strict : Linux.Seccomp.Capabilities.Default);
        var names = SyscallTable.X64.ToDictionary(call => call.Number, call => call.Name);
        var unknown = new List<int>();
        foreach (var words in lines.Select(line => line.Split(' ')))
        {
            var number = int.Parse(words[0], CultureInfo.InvariantCulture);
            if (!names.TryGetValue(number, out var name))
            {
                // the number -1 has the mark of x32
                if (number >= 0)
                    unknown.Add(words[1] == "ENOSYS" ? number : throw new InvalidDataException(string.Join(' ', words)));
                continue;
            }
            if (unknown.Count > 0)
                yield return Range(unknown);
            unknown.Clear();
            // what is let through the kernel answers as it likes: to nonsense for arguments EPERM can be the right answer
            yield return $"call {number} {name} {(policy[name] is Verdict.Unknown or Verdict.Refuse ? words[1] : "allowed")}";
        }
        if (unknown.Count > 0)
            yield return Range(unknown);
    }

    private static string Range(List<int> numbers) => new StringBuilder().Append(CultureInfo.InvariantCulture, $"calls {numbers[0]} to {numbers[^1]} ENOSYS").ToString();

    private static Dictionary<string, (string Soft, string Hard)> Limits()
    {
        // as /proc says them, in the order of getrlimit(2)
        string[] names = ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"];
        string[] shown =
        [
            "Max cpu time", "Max file size", "Max data size", "Max stack size", "Max core file size", "Max resident set", "Max processes", "Max open files", "Max locked memory",
            "Max address space", "Max file locks", "Max pending signals", "Max msgqueue size", "Max nice priority", "Max realtime priority", "Max realtime timeout",
        ];
        var lines = File.ReadAllLines("/proc/self/limits");
        return names.Zip(shown).ToDictionary(pair => pair.First, pair =>
        {
            var words = lines.First(line => line.StartsWith(pair.Second + " ", StringComparison.Ordinal))[pair.Second.Length..].Replace("unlimited", "-1", StringComparison.Ordinal)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (words[0], words[1]);
        });
    }
}
