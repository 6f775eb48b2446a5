using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild.Tests.Caching;

/// <summary>Rows of what callers say of steps, of what mounts show, and of what is beside the files that are copied.</summary>
internal static partial class KeyRows
{
    private const string Step = "FROM scratch\nRUN x";

    private static IEnumerable<KeyRow> OfLimits() =>
    [
        Counts(Run, "ulimits", Step, Limits(new()), Limits(new() { Processes = [new(ProcessLimitKind.Nofile, 100, 200)] })),
        Counts(Run, "a ulimit's value", Step, Limits(new() { Processes = [new(ProcessLimitKind.Nofile, 100, 200)] }), Limits(new() { Processes = [new(ProcessLimitKind.Nofile, 100, null)] })),
        Ignored(Run, "the order of ulimits", Step,
            Limits(new() { Processes = [new(ProcessLimitKind.Nofile, 1, 2), new(ProcessLimitKind.Core, 1, 2)] }),
            Limits(new() { Processes = [new(ProcessLimitKind.Core, 1, 2), new(ProcessLimitKind.Nofile, 1, 2)] })),
        Counts(Run, "cgroup-parent", Step, Limits(new()), Limits(new() { CgroupParent = "/other" })),
        Counts(Run, "shm-size", Step, Limits(new()), Limits(new() { SharedMemory = 1 << 20 })),
        Ignored(Run, "the shm-size that is usual", Step, Limits(new()), Limits(new() { SharedMemory = 64 << 20 })),
        Ignored(Run, "resource limits", Step, Limits(new()),
            Limits(new() { Memory = 1 << 30, MemorySwap = 2 << 30, CpuShares = 5, CpuPeriod = 5000, CpuQuota = 5000, CpusetCpus = "0", CpusetMems = "0", Pids = 99 })),
        Counts(Run, "security mode of the caller", Step, r => r, r => r with { Run = r.Run with { Security = SandboxSecurity.Strict } }),
        Ignored(Run, "what is opened on failure", Step, r => r, r => r with { Run = r.Run with { ShellOnFailure = true } }),
        Counts(Run, "host volumes", Step, Volume("/a"), Volume("/b")),
    ];

    private static IEnumerable<KeyRow> OfArguments() =>
    [
        Counts(Run, "proxy vars that an ARG declares", "FROM scratch\nARG HTTP_PROXY\nRUN x", Args("HTTP_PROXY", "http://a"), Args("HTTP_PROXY", "http://b")),
        Counts(Run, "platform variables that an ARG declares", "FROM scratch\nARG BUILDPLATFORM\nRUN x", Args("BUILDPLATFORM", "a"), Args("BUILDPLATFORM", "b")),
        Ignored(Run, "build arguments that nothing declares", Step, Args("OTHER", "a"), Args("OTHER", "b")),
        Ignored(Run, "build arguments of other stages", "FROM scratch AS o\nARG V\nFROM scratch\nRUN x", Args("V", "a"), Args("V", "b")),
        Ignored(Run, "build arguments declared above FROM only", "ARG V\nFROM scratch\nRUN x", Args("V", "a"), Args("V", "b")),
        Ignored(Run, "build arguments declared later", "FROM scratch\nRUN x\nARG V", Args("V", "a"), Args("V", "b")),
        Counts(Run, "an ARG without a value and one with none", "FROM scratch\nARG V\nRUN x", "FROM scratch\nARG V=\nRUN x"),
        Ignored(Run, "whether a variable comes from ENV or ARG", "FROM scratch\nENV A=1\nRUN x", "FROM scratch\nARG A=1\nRUN x"),
        Ignored(Run, "the order of ENV", "FROM scratch\nENV A=1 B=2\nRUN x", "FROM scratch\nENV B=2\nENV A=1\nRUN x"),
        Ignored(Run, "blanks and continued lines around the command", Step, "FROM scratch\nRUN   \\\n  x  "),
        Ignored(Run, "the namespace of cache mounts", "FROM scratch\nRUN --mount=type=cache,target=/m x", Args("BUILDKIT_CACHE_MOUNT_NS", "a"), Args("BUILDKIT_CACHE_MOUNT_NS", "b")),
        Ignored("COPY/ADD local", "ENV, USER and SHELL", "FROM scratch\nCOPY f /", "FROM scratch\nENV A=1\nUSER 5\nSHELL [\"/s\"]\nCOPY f /"),
        Ignored("COPY/ADD local", "platform", "FROM scratch\nCOPY f /", r => r with { Platforms = [Platform.Normalize("linux", "amd64", null)] }, r => r with { Platforms = [Platform.Normalize("linux", "arm64", null)] }),
    ];

    private static IEnumerable<KeyRow> OfWhatMountsShow() =>
    [
        Counts(Run, "mode of the directory that is mounted", "FROM scratch\nRUN --mount=source=d,target=/m x", b => Mode(b, 0x1ED, "d"), b => Mode(b, 0x1C0, "d")),
        Counts(Run, "mode of the directory of a stage that is mounted", "FROM scratch AS s\nCOPY --parents d /\nFROM scratch\nRUN --mount=from=s,source=/d,target=/m x", b => Mode(b, 0x1ED, "d"), b => Mode(b, 0x1C0, "d")),
        Ignored(Run, "mode of the context that is mounted", "FROM scratch\nRUN --mount=target=/m x", b => Mode(b, 0x1ED, "."), b => Mode(b, 0x1C0, ".")),
        Counts(Run, "what a cache mount begins with", "FROM scratch AS s\nCOPY f /\nFROM scratch\nRUN --mount=type=cache,from=s,target=/m x", b => b.With("f", "1"), b => b.With("f", "2")),
        Ignored(Run, "what a cache mount does not begin with", "FROM scratch AS s\nCOPY d /d\nCOPY f /\nFROM scratch\nRUN --mount=type=cache,from=s,source=/d,target=/m x", b => b.With("f", "1"), b => b.With("f", "2")),
        Counts(Run, "mode of a new cache mount", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,target=/m,mode=0700 x"),
        Counts(Run, "owner of a new cache mount", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,target=/m,uid=5 x"),
        Counts(Run, "tmpfs size", "FROM scratch\nRUN --mount=type=tmpfs,target=/m x", "FROM scratch\nRUN --mount=type=tmpfs,target=/m,size=1m x"),
        Counts(Run, "ssh ids", "FROM scratch\nRUN --mount=type=ssh,id=a x", "FROM scratch\nRUN --mount=type=ssh,id=b x"),
        Counts(Run, "ssh options", "FROM scratch\nRUN --mount=type=ssh x", "FROM scratch\nRUN --mount=type=ssh,mode=0666 x"),
        Ignored(Run, "ssh agents", "FROM scratch\nRUN --mount=type=ssh x", Agent("/a"), Agent("/b")),
        Counts(Run, "variable that a secret is in", "FROM scratch\nRUN --mount=type=secret,id=a,env=A x", "FROM scratch\nRUN --mount=type=secret,id=a,env=B x"),
        Ignored(Run, "a secret that is there or not", "FROM scratch\nRUN --mount=type=secret,id=a x", r => r, Secret("1")),
    ];

    private static IEnumerable<KeyRow> OfWhatIsBeside() =>
    [
        Ignored(Copy, "mode of a directory whose contents are copied", "FROM scratch\nCOPY d /x/", b => Mode(b, 0x1ED, "d"), b => Mode(b, 0x1C0, "d")),
        Counts(Copy, "mode of a directory below", "FROM scratch\nCOPY --parents d /x/", b => Mode(b, 0x1ED, "d"), b => Mode(b, 0x1C0, "d")),
        Ignored(Copy, "mode of a directory that is not copied", "FROM scratch\nCOPY f /x/", b => Mode(b, 0x1ED, "d"), b => Mode(b, 0x1C0, "d")),
        Ignored(Copy, "files that are not copied", "FROM scratch\nCOPY f /x/", b => b.With("other", "1"), b => b.With("other", "2")),
        Ignored(Copy, "the stage that files come from, where they are the same", "FROM scratch AS s\nCOPY f g /\nFROM scratch\nCOPY --from=s /f /", b => b.With("g", "1"), b => b.With("g", "2")),
        Counts(Copy, "content of what comes from a stage", "FROM scratch AS s\nCOPY f g /\nFROM scratch\nCOPY --from=s /f /", b => b.With("f", "1"), b => b.With("f", "2")),
        Counts("named context", "files", "FROM c\nRUN x", Named("f", "1"), Named("f", "2")),
        Counts("named context", "SOURCE_DATE_EPOCH", "FROM c\nRUN x", Named("f", "1", 1), Named("f", "1", 2)),
        Ignored("named context", "its path", "FROM c\nRUN x", Named("f", "1"), Named("f", "1", at: "elsewhere")),
        Ignored("COPY --link", "the base", "FROM scratch\nCOPY --link f /", "FROM scratch AS b\nCOPY g /\nFROM b\nCOPY --link f /"),
        Counts("COPY --link", "being linked", "FROM scratch\nCOPY f /", "FROM scratch\nCOPY --link f /"),
        Counts("heredoc", "name", "FROM scratch\nCOPY <<a /d/\n1\na", "FROM scratch\nCOPY <<b /d/\n1\nb"),
        Counts("heredoc", "beside files", "FROM scratch\nCOPY f <<a /d/\n1\na", "FROM scratch\nCOPY f <<a /d/\n2\na"),
    ];

    private static Func<BuildRequest, BuildRequest> Limits(SandboxLimits limits) => r => r with { Run = r.Run with { Limits = limits } };

    private static Func<BuildRequest, BuildRequest> Volume(string path) => r => r with
    {
        Run = r.Run with { Volumes = [new HostVolume(path, "/v")] },
        Allow = new HashSet<string> { "volume" },
    };

    private static Func<BuildRequest, BuildRequest> Agent(string socket) =>
        r => r with { SshAgents = new Dictionary<string, string> { ["default"] = socket } };

    private static Func<BuildRequest, BuildRequest> Named(string file, string text, long? epoch = null, string at = "named") => r =>
    {
        var directory = Path.Combine(((BuildContext.Directory)r.Context).Path, "..", at);
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, file), text);
        return r with
        {
            NamedContexts = new Dictionary<string, NamedContext> { ["c"] = new NamedContext.Directory(directory) },
            SourceDateEpoch = epoch is { } seconds ? new UnixTime(seconds) : null,
        };
    };
}
