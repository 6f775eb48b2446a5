using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Tests.Caching;

/// <summary>What is in the keys of steps, and what is not.</summary>
internal static partial class KeyRows
{
    private const string Run = "RUN";
    private const string Copy = "COPY/ADD local";
    private const string Checksum = "file checksum";

    public static IReadOnlyList<KeyRow> All =>
    [
        .. OfStages(), .. OfRun(), .. OfMounts(), .. OfCopy(), .. OfFiles(), .. OfOthers(),
        .. OfLimits(), .. OfArguments(), .. OfWhatMountsShow(), .. OfWhatIsBeside(),
    ];

    private static IEnumerable<KeyRow> OfStages() =>
    [
        Counts("FROM scratch/stage", "inherited", "FROM scratch AS a\nCOPY f /\nFROM a\nRUN x", "FROM scratch AS a\nCOPY g /\nFROM a\nRUN x"),
        Ignored("FROM scratch/stage", "its name", "FROM scratch AS a\nCOPY f /\nFROM a\nRUN x", "FROM scratch AS b\nCOPY f /\nFROM b\nRUN x"),
    ];

    private static IEnumerable<KeyRow> OfRun() =>
    [
        Counts(Run, "argv", "FROM scratch\nRUN x", "FROM scratch\nRUN y"),
        Counts(Run, "env of the image", "FROM scratch\nENV A=1\nRUN x", "FROM scratch\nENV A=2\nRUN x"),
        Counts(Run, "ARG with a value that nothing uses", "FROM scratch\nARG V\nRUN x", Args("V", "1"), Args("V", "2")),
        Counts(Run, "cwd", "FROM scratch\nCOPY d /d\nCOPY d /e\nWORKDIR /d\nRUN x", "FROM scratch\nCOPY d /d\nCOPY d /e\nWORKDIR /e\nRUN x"),
        Counts(Run, "user", "FROM scratch\nUSER 1\nRUN x", "FROM scratch\nUSER 2\nRUN x"),
        Counts(Run, "hostname", "FROM scratch\nRUN x", Args("BUILDKIT_SANDBOX_HOSTNAME", "a"), Args("BUILDKIT_SANDBOX_HOSTNAME", "b")),
        Counts(Run, "network mode", "FROM scratch\nRUN x", "FROM scratch\nRUN --network=none x"),
        Counts(Run, "network mode of the caller", "FROM scratch\nRUN x", r => r, r => r with { Network = SandboxNetwork.None }),
        Counts(Run, "extra host names", "FROM scratch\nRUN x", r => r with { Hosts = [new("a", "1.1.1.1")] }, r => r with { Hosts = [new("b", "1.1.1.1")] }),
        Ignored(Run, "extra host IPs", "FROM scratch\nRUN x", r => r with { Hosts = [new("a", "1.1.1.1")] }, r => r with { Hosts = [new("a", "2.2.2.2")] }),
        Counts(Run, "platform", "FROM scratch\nRUN x", r => r with { Platforms = [Platform.Normalize("linux", "amd64", null)] }, r => r with { Platforms = [Platform.Normalize("linux", "arm64", null)] }),
        Counts(Run, "root snapshot", "FROM scratch\nCOPY f /\nRUN x", b => b.With("f", "1"), b => b.With("f", "2")),
        Counts(Run, "SOURCE_DATE_EPOCH", "FROM scratch\nRUN x", r => r with { SourceDateEpoch = new UnixTime(1) }, r => r with { SourceDateEpoch = new UnixTime(2) }),
        Counts(Run, "SHELL", "FROM scratch\nSHELL [\"/a\"]\nRUN x", "FROM scratch\nSHELL [\"/b\"]\nRUN x"),
        Ignored(Run, "security mode written as it is by default", "FROM scratch\nRUN x", "FROM scratch\nRUN --security=sandbox x"),
        Ignored(Run, "proxy vars", "FROM scratch\nRUN x", Args("HTTP_PROXY", "http://a"), Args("HTTP_PROXY", "http://b")),
        Ignored(Run, "step name, comments, case", "FROM scratch\n# one\nRUN x", "FROM scratch AS named\n# two\nrun x"),
        Ignored(Run, "labels, outputs", "FROM scratch\nRUN x", r => r with { Labels = new Dictionary<string, string> { ["a"] = "1" } }, r => r with { Labels = new Dictionary<string, string> { ["a"] = "2" }, Outputs = [new ImageOutput.CacheOnly()] }),
    ];

    private static IEnumerable<KeyRow> OfMounts() =>
    [
        Counts(Run, "mount type", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=tmpfs,target=/m x"),
        Counts(Run, "mount dest", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,target=/n x"),
        Counts(Run, "mount ro", "FROM scratch\nRUN --mount=target=/m x", "FROM scratch\nRUN --mount=target=/m,rw x"),
        Counts(Run, "secret ids", "FROM scratch\nRUN --mount=type=secret,id=a x", "FROM scratch\nRUN --mount=type=secret,id=b x"),
        Counts(Run, "secret options", "FROM scratch\nRUN --mount=type=secret,id=a x", "FROM scratch\nRUN --mount=type=secret,id=a,mode=0444 x"),
        Ignored(Run, "secret values", "FROM scratch\nRUN --mount=type=secret,id=a x", Secret("1"), Secret("2")),
        Counts(Run, "content of ro bind mounts in their source path", "FROM scratch\nRUN --mount=source=d,target=/m x", b => b.With("d/a", "1"), b => b.With("d/a", "2")),
        Counts(Run, "content of rw bind mounts in their source path", "FROM scratch\nRUN --mount=source=d,target=/m,rw x", b => b.With("d/a", "1"), b => b.With("d/a", "2")),
        Ignored(Run, "content of bind mounts outside their source path", "FROM scratch\nRUN --mount=source=d,target=/m x", b => b.With("elsewhere", "1"), b => b.With("elsewhere", "2")),
        Counts(Run, "content of bind mounts from a stage", "FROM scratch AS s\nCOPY f g /\nFROM scratch\nRUN --mount=from=s,source=f,target=/m x", b => b.With("f", "1"), b => b.With("f", "2")),
        Ignored(Run, "content of a stage outside what is mounted", "FROM scratch AS s\nCOPY f g /\nFROM scratch\nRUN --mount=from=s,source=f,target=/m x", b => b.With("g", "1"), b => b.With("g", "2")),
        Ignored(Run, "cache-mount contents", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,target=/m x"),
        Ignored(Run, "non-default cache id", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,id=other,target=/m x"),
        Ignored(Run, "cache sharing", "FROM scratch\nRUN --mount=type=cache,target=/m x", "FROM scratch\nRUN --mount=type=cache,target=/m,sharing=locked x"),
    ];

    private static IEnumerable<KeyRow> OfCopy() =>
    [
        Counts(Copy, "destination", "FROM scratch\nCOPY f /a", "FROM scratch\nCOPY f /b"),
        Counts(Copy, "chown", "FROM scratch\nCOPY --chown=1 f /", "FROM scratch\nCOPY --chown=2 f /"),
        Counts(Copy, "chmod", "FROM scratch\nCOPY --chmod=0600 f /", "FROM scratch\nCOPY --chmod=0644 f /"),
        Counts(Copy, "flags", "FROM scratch\nCOPY --parents d/a /", "FROM scratch\nCOPY d/a /"),
        Counts(Copy, "base name of the source pattern", "FROM scratch\nCOPY f /d/", "FROM scratch\nCOPY same /d/"),
        Counts(Copy, "content of matched paths", "FROM scratch\nCOPY f /", b => b.With("f", "1"), b => b.With("f", "2")),
        Counts(Copy, "relative names of matched paths", "FROM scratch\nCOPY d /d", b => b.With("d/a", "1"), b => Rename(b, "d/a", "d/b")),
        Counts(Copy, "/etc/passwd where names are used", "FROM scratch AS p\nCOPY passwd /etc/passwd\nFROM p\nCOPY --chown=me f /", b => b.With("passwd", "me:x:1:1"), b => b.With("passwd", "me:x:2:1")),
        Counts(Copy, "/etc/passwd where a linked copy uses names", "FROM scratch AS p\nCOPY passwd /etc/passwd\nFROM p\nCOPY --link --chown=me f /", b => b.With("passwd", "me:x:1:1"), b => b.With("passwd", "me:x:2:1")),
        Ignored(Copy, "/etc/passwd where a linked copy's name means the same", "FROM scratch AS p\nCOPY passwd /etc/passwd\nFROM p\nCOPY --link --chown=me f /", b => b.With("passwd", "me:x:1:1"), b => b.With("passwd", "me:x:1:1\nyou:x:2:2")),
        Counts(Copy, "exclude", "FROM scratch\nCOPY d /d", "FROM scratch\nCOPY --exclude=a d /d"),
        Counts(Copy, "SOURCE_DATE_EPOCH", "FROM scratch\nCOPY f /", r => r with { SourceDateEpoch = new UnixTime(1) }, r => r with { SourceDateEpoch = new UnixTime(2) }),
        Ignored(Copy, "the source's parent path", "FROM scratch\nCOPY d/a /x/", "FROM scratch\nCOPY e/a /x/"),
        Ignored(Copy, "Dockerfile text", "FROM scratch\nCOPY f /", "# other\nFROM scratch\ncopy   f   /"),
        Ignored(Copy, ".dockerignore text", "FROM scratch\nCOPY f /", b => b.With(".dockerignore", "x"), b => b.With(".dockerignore", "y")),
        Ignored(Copy, "an ignored file that is gone", "FROM scratch\nCOPY . /", b => b.With(".dockerignore", "gone\n.dockerignore").With("gone", "1"), b => File.Delete(Path.Combine(b.Context, "gone"))),
        Ignored(Copy, "an unused ARG", "FROM scratch\nARG V\nCOPY f /", Args("V", "1"), Args("V", "2")),
        Counts("COPY --link", "what is copied", "FROM scratch\nCOPY --link f /", b => b.With("f", "1"), b => b.With("f", "2")),
        Ignored("COPY --link", "previous layers", "FROM scratch\nCOPY g /\nCOPY --link f /", b => b.With("g", "1"), b => b.With("g", "2")),
    ];

    private static IEnumerable<KeyRow> OfFiles() =>
    [
        Counts(Checksum, "mode", "FROM scratch\nCOPY f /", b => Mode(b, 0x1A4), b => Mode(b, 0x1ED)),
        Counts(Checksum, "size", "FROM scratch\nCOPY f /", b => b.With("f", "1"), b => b.With("f", "11")),
        Counts(Checksum, "content", "FROM scratch\nCOPY f /", b => b.With("f", "1"), b => b.With("f", "2")),
        Counts(Checksum, "type", "FROM scratch\nCOPY d /d", b => b.With("d/x", ""), b => Link(b, "d/x", "a")),
        Counts(Checksum, "link target", "FROM scratch\nCOPY d /d", b => Link(b, "d/x", "a"), b => Link(b, "d/x", "b")),
        Ignored(Checksum, "mtime", "FROM scratch\nCOPY f /", b => Touch(b, 1), b => Touch(b, 2)),
        Ignored(Checksum, "inode", "FROM scratch\nCOPY f /", b => b.With("f", "1"), b => Replace(b, "f", "1")),
        Ignored(Checksum, "hard-link count", "FROM scratch\nCOPY f /", b => b.With("f", "1"), b => HardLink(b, "f")),
    ];

    private static IEnumerable<KeyRow> OfOthers() =>
    [
        Counts("heredoc", "body", "FROM scratch\nCOPY <<E /f\n1\nE", "FROM scratch\nCOPY <<E /f\n2\nE"),
        Counts("heredoc", "body after expansion", "FROM scratch\nARG V\nCOPY <<E /f\n$V\nE", Args("V", "1"), Args("V", "2")),
        Ignored("heredoc", "body before expansion", "FROM scratch\nARG V=1\nCOPY <<E /f\n$V\nE", "FROM scratch\nARG V=1\nCOPY <<E /f\n1\nE"),
        Counts("heredoc", "script of a RUN", "FROM scratch\nRUN <<E\n1\nE", "FROM scratch\nRUN <<E\n2\nE"),
        Counts("WORKDIR", "path", "FROM scratch\nWORKDIR /a", "FROM scratch\nWORKDIR /b"),
        Counts("WORKDIR", "user", "FROM scratch\nUSER 1\nWORKDIR /a", "FROM scratch\nUSER 2\nWORKDIR /a"),
        Counts("WORKDIR", "epoch", "FROM scratch\nWORKDIR /a", r => r with { SourceDateEpoch = new UnixTime(1) }, r => r with { SourceDateEpoch = new UnixTime(2) }),
        Ignored("WORKDIR", "env", "FROM scratch\nENV A=1\nWORKDIR /a", "FROM scratch\nENV A=2\nWORKDIR /a"),
        Ignored("ENV/LABEL/CMD", "LABEL", "FROM scratch\nLABEL a=1 b=2\nRUN x", "FROM scratch\nLABEL b=2 a=3\nRUN x"),
        Ignored("ENV/LABEL/CMD", "LABEL in another place", "FROM scratch\nLABEL a=1\nLABEL b=2\nRUN x", "FROM scratch\nLABEL b=2\nLABEL a=1\nRUN x"),
        Ignored("ENV/LABEL/CMD", "CMD", "FROM scratch\nCMD [\"a\"]\nRUN x", "FROM scratch\nCMD [\"b\"]\nRUN x"),
        Ignored("ENV/LABEL/CMD", "ENTRYPOINT", "FROM scratch\nENTRYPOINT [\"a\"]\nRUN x", "FROM scratch\nENTRYPOINT [\"b\"]\nRUN x"),
        Ignored("ENV/LABEL/CMD", "EXPOSE", "FROM scratch\nEXPOSE 80\nRUN x", "FROM scratch\nEXPOSE 81\nRUN x"),
        Ignored("ENV/LABEL/CMD", "VOLUME, STOPSIGNAL, HEALTHCHECK", "FROM scratch\nVOLUME /a\nRUN x", "FROM scratch\nSTOPSIGNAL 9\nHEALTHCHECK NONE\nRUN x"),
        Ignored("ONBUILD triggers", "being a trigger", "FROM scratch AS b\nFROM b\nRUN x", "FROM scratch AS b\nONBUILD RUN x\nFROM b"),
        Counts("ONBUILD triggers", "as the instruction", "FROM scratch AS b\nONBUILD RUN x\nFROM b", "FROM scratch AS b\nONBUILD RUN y\nFROM b"),
    ];

    private static KeyRow Counts(string step, string what, string before, string after) => Row(step, what, true, new(before), new(after));

    private static KeyRow Ignored(string step, string what, string before, string after) => Row(step, what, false, new(before), new(after));

    private static KeyRow Counts(string step, string what, string text, Action<TestBuild> before, Action<TestBuild> after) =>
        Row(step, what, true, new(text) { Prepare = before }, new(text) { Prepare = after });

    private static KeyRow Ignored(string step, string what, string text, Action<TestBuild> before, Action<TestBuild> after) =>
        Row(step, what, false, new(text) { Prepare = before }, new(text) { Prepare = after });

    private static KeyRow Counts(string step, string what, string text, Func<BuildRequest, BuildRequest> before, Func<BuildRequest, BuildRequest> after) =>
        Row(step, what, true, new(text) { Request = before }, new(text) { Request = after });

    private static KeyRow Ignored(string step, string what, string text, Func<BuildRequest, BuildRequest> before, Func<BuildRequest, BuildRequest> after) =>
        Row(step, what, false, new(text) { Request = before }, new(text) { Request = after });

    private static KeyRow Row(string step, string what, bool counts, Variant before, Variant after) =>
        new(step, what, counts) { Before = before, After = after };

    private static Func<BuildRequest, BuildRequest> Args(string name, string value) =>
        r => r with { BuildArgs = new Dictionary<string, string> { [name] = value } };

    private static Func<BuildRequest, BuildRequest> Secret(string value) =>
        r => r with { Secrets = new Dictionary<string, SecretSource> { ["a"] = new SecretSource.Value(Encoding.UTF8.GetBytes(value)) } };

    private static void Rename(TestBuild build, string from, string to) =>
        File.Move(Path.Combine(build.Context, from), Path.Combine(build.Context, to));

    private static void Mode(TestBuild build, int mode, string path = "f")
    {
        Needs.Linux();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(build.Context, path), (UnixFileMode)mode);
    }

    private static void Touch(TestBuild build, int day) =>
        File.SetLastWriteTimeUtc(Path.Combine(build.Context, "f"), new DateTime(2020, 1, day, 0, 0, 0, DateTimeKind.Utc));

    private static void Link(TestBuild build, string path, string target)
    {
        File.Delete(Path.Combine(build.Context, path));
        File.CreateSymbolicLink(Path.Combine(build.Context, path), target);
    }

    private static void Replace(TestBuild build, string path, string text)
    {
        build.With(path + ".new", text);
        File.Move(Path.Combine(build.Context, path + ".new"), Path.Combine(build.Context, path), overwrite: true);
    }

    private static void HardLink(TestBuild build, string path)
    {
        Needs.Linux();
        using var ln = System.Diagnostics.Process.Start(Needs.Program("/bin/ln", "/usr/bin/ln"), [Path.Combine(build.Context, path), build.Temp("other")]);
        ln.WaitForExit();
    }
}
