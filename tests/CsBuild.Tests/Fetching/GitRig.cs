using System.Text;
using CsBuild.Fetching;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

/// <summary>A server with repositories and a builder that records each call of git.</summary>
internal sealed class GitRig : IDisposable
{
    /// <summary>Tests with git do not run side by side: some change the environment.</summary>
    public const string Collection = "git";

    private readonly TempDirectory _temp = new();

    public GitRig(Func<FetchOptions, FetchOptions>? change = null)
    {
        _ = GitServer.Backend;
        Server = new GitServer();
        var options = new FetchOptions { GitStarts = Record };
        Build = new TestBuild(fetching: change is null ? options : change(options));
    }

    public GitServer Server { get; }

    public TestBuild Build { get; }

    /// <summary>The words of each call of git, one line each.</summary>
    public List<string> Calls { get; } = [];

    public GitRepository Repository(string name, bool sha256 = false) => new(_temp["repositories/" + name], sha256);

    public string Temp(string name) => _temp[name];

    public Task<BuildResult> AddAsync(string source, string flags = "", string destination = "/", params (string Id, string Value)[] secrets) =>
        Build.RunAsync($"FROM scratch\nADD {flags} {source} {destination}", With(secrets));

    public Task<BuildResult> FromContextAsync(string address, Func<BuildRequest, BuildRequest>? change = null) => Build.RunAsync("", request =>
    {
        request = request with { Context = new BuildContext.Remote(address), Dockerfile = null };
        return change?.Invoke(request) ?? request;
    });

    public static Func<BuildRequest, BuildRequest> With(params (string Id, string Value)[] secrets) => r => r with
    {
        Secrets = secrets.ToDictionary(s => s.Id, s => (SecretSource)new SecretSource.Value(Encoding.UTF8.GetBytes(s.Value))),
    };

    /// <summary>The entries of the last layer.</summary>
    public async Task<IReadOnlyList<LayerEntry>> LayerAsync(BuildResult result)
    {
        var manifest = await Build.ManifestAsync(result);
        var config = await Build.ConfigAsync(result);
        return (await Build.Builder.Store.Layers.GetIndexAsync(new Layer(config.RootFs.DiffIds[^1], manifest.Layers[^1]), default)).Entries;
    }

    /// <summary>True where the text is in any file of the store.</summary>
    public bool StoreHolds(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(Build.Builder.Store.Root, "*", SearchOption.AllDirectories).Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0);
    }

    public void Dispose()
    {
        Build.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Server.Dispose();
        _temp.Dispose();
    }

    private void Record(IReadOnlyList<string> words)
    {
        lock (Calls)
            Calls.Add(string.Join(' ', words));
    }
}
