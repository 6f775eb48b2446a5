using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;

namespace CsBuild.Testing;

/// <summary>A context, a store and a builder for one test.</summary>
public sealed class TestBuild : IAsyncDisposable, IProgress<BuildEvent>
{
    private readonly TempDirectory _temp = new();

    public TestBuild(Func<SandboxSpec, FakeStep>? run = null, string? store = null, int jobs = 8, CsBuild.Fetching.FetchOptions? fetching = null)
    {
        Directory.CreateDirectory(Context);
        Builder = ImageBuilder.Create(new ImageBuilderOptions
        {
            Root = store ?? _temp["store"],
            Jobs = jobs,
            Fetching = fetching ?? new(),
            Sandbox = run is null ? null : host => Sandbox = new FakeSandbox(host, run) { Caches = CacheMounts },
        });
    }

    public ImageBuilder Builder { get; }

    public FakeSandbox? Sandbox { get; private set; }

    /// <summary>What cache mounts hold, from build to build.</summary>
    public Dictionary<string, Layer> CacheMounts { get; } = [];

    public string Context => _temp["context"];

    /// <summary>The events of all builds.</summary>
    public List<BuildEvent> Events { get; } = [];

    /// <summary>Writes a file of the context.</summary>
    public TestBuild With(string path, string text)
    {
        _temp.Write("context/" + path, text);
        return this;
    }

    public string Temp(string name) => _temp[name];

    public Task<BuildResult> RunAsync(string dockerfile, Func<BuildRequest, BuildRequest>? change = null, CancellationToken cancellationToken = default)
    {
        Events.Clear();
        var request = new BuildRequest
        {
            Context = new BuildContext.Directory(Context),
            Dockerfile = new DockerfileSource.Text(dockerfile),
        };
        return Builder.BuildAsync(change is null ? request : change(request), this, cancellationToken);
    }

    public void Report(BuildEvent value) => Events.Add(value);

    /// <summary>The names of steps with this outcome in the last build, the builder's own work left out.</summary>
    public IReadOnlyList<string> Steps(StepOutcome outcome)
    {
        var names = Events.OfType<StepStarted>().DistinctBy(s => s.Step).ToDictionary(s => s.Step, s => s.Name);
        return [.. Events.OfType<StepCompleted>().Where(c => c.Outcome == outcome).Select(c => names[c.Step])
            .Where(n => n.StartsWith('[') && !n.StartsWith("[internal]", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public async Task<ImageConfig> ConfigAsync(BuildResult result)
    {
        var manifest = await ManifestAsync(result);
        return OciJson.Read<ImageConfig>(await Builder.Store.Content.ReadDocumentAsync(manifest.Config, default));
    }

    public async Task<ImageManifest> ManifestAsync(BuildResult result) =>
        OciJson.Read<ImageManifest>(await Builder.Store.Content.ReadDocumentAsync(result.Image, default));

    /// <summary>Path, and text or type, of everything in the image.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FilesAsync(BuildResult result)
    {
        var config = await ConfigAsync(result);
        var manifest = await ManifestAsync(result);
        await using var source = await LayeredFileSource.OpenAsync(Builder.Store.Layers, [.. manifest.Layers.Zip(config.RootFs.DiffIds, (blob, id) => new Layer(id, blob))], default);
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await CollectAsync(source.Tree.Root);
        return found;

        async Task CollectAsync(FileNode directory)
        {
            foreach (var node in directory.Children)
            {
                if (node.Entry.Type == EntryType.File)
                {
                    using var reader = new StreamReader(await source.OpenReadAsync(node, default));
                    found[node.Path] = await reader.ReadToEndAsync();
                }
                else
                {
                    found[node.Path] = node.Entry.Type.ToString();
                }
                await CollectAsync(node);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Builder.DisposeAsync();
        _temp.Dispose();
    }
}
