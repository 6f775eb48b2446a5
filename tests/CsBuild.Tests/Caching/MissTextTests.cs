using System.Text;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Tests.Caching;

/// <summary>What people read when one thing of a build was changed: each text as it is, and silence where nothing that counts was.</summary>
public sealed class MissTextTests : IDisposable
{
    private const string Usual = """
        LABEL vendor=us version=1
        COPY src /src
        COPY tool /bin/tool
        RUN --mount=type=cache,target=/cache make
        ARG V
        RUN install
        """;

    private readonly InMemoryRegistry _registry = new();
    private readonly TempDirectory _temp = new();
    private readonly StringBuilder _told = new();

    public void Dispose()
    {
        _registry.Dispose();
        _temp.Dispose();
    }

    [SkippableFact]
    public async Task Each_change_of_a_build_with_twenty_thousand_files_is_told()
    {
        Needs.Linux();
        var images = ImageStore.Open(_temp["images"]);
        await _registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "1")));
        await using var build = new TestBuild(spec => new FakeStep { Writes = new Dictionary<string, string> { ["out"] = string.Join(' ', spec.Arguments) } });
        build.With("tool", "tool").With("src/0/0.cs", "0 0");
        SetMode(build, 0x1A4);
        var changed = Usual.Replace("type=cache", "type=tmpfs", StringComparison.Ordinal);
        await TellAsync(build, "nothing was built before");
        await TellAsync(build, "nothing is changed");
        await TellAsync(build, "a label is reordered", Usual.Replace("vendor=us version=1", "version=1 vendor=us", StringComparison.Ordinal));
        await TellAsync(build, "a file is touched", prepare: () => File.SetLastWriteTimeUtc(Path.Combine(build.Context, "tool"), new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
        await TellAsync(build, "an argument is changed", value: "2");
        await TellAsync(build, "a mount is changed", changed, "2");
        await TellAsync(build, "a mode is changed", changed, "2", () => SetMode(build, 0x1ED));
        await _registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "2")));
        await TellAsync(build, "the base image is another one", changed, "2");
        await TellAsync(build, "20,000 files come", changed, "2", () => WriteFiles(build));
        await TellAsync(build, "one of 20,000 files is edited", changed, "2", () => build.With("src/117/42.cs", "edited"));
        Golden.Verify(_told.ToString());

        var list = Directory.EnumerateFiles(Path.Combine(build.Builder.Store.PrivateDirectory, "files")).Select(f => new FileInfo(f).Length).Max();
        Assert.InRange(list, 1, 20_000 * 40);
    }

    private static void WriteFiles(TestBuild build)
    {
        for (var directory = 0; directory < 200; directory++)
        {
            Directory.CreateDirectory(Path.Combine(build.Context, "src", $"{directory}"));
            for (var file = 0; file < 100; file++)
                File.WriteAllText(Path.Combine(build.Context, "src", $"{directory}", $"{file}.cs"), $"{directory} {file}");
        }
    }

    private static void SetMode(TestBuild build, int mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(build.Context, "tool"), (UnixFileMode)mode);
    }

    private async Task TellAsync(TestBuild build, string change, string dockerfile = Usual, string value = "1", Action? prepare = null)
    {
        prepare?.Invoke();
        await build.RunAsync($"FROM {_registry.Address}/base:1\n{dockerfile}", r => r with
        {
            Pull = PullPolicy.Always,
            BuildArgs = new Dictionary<string, string> { ["V"] = value },
        });
        var names = build.Events.OfType<StepStarted>().DistinctBy(s => s.Step).ToDictionary(s => s.Step, s => s.Name);
        _told.Append("== ").Append(change).Append('\n');
        foreach (var step in build.Events.OfType<StepExplained>())
            foreach (var reason in step.Reasons)
                _told.Append(names[step.Step]).Append("\n    ").Append(reason.ToString().Replace(_registry.Address, "registry", StringComparison.Ordinal)).Append('\n');
        if (!build.Events.OfType<StepExplained>().Any())
            _told.Append("all steps are cached\n");
    }
}
