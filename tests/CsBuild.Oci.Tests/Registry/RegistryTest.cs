using System.Collections.Concurrent;
using System.Text;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

/// <summary>A registry with one image in it, and a client that knows the way.</summary>
public abstract class RegistryTest : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    protected RegistryTest()
    {
        Server = Own(new InMemoryRegistry());
        Layer = Server.AddBlob("team/app", LayerBytes);
        ManifestBytes = Manifest(Layer);
        Server.AddManifest("team/app", "1", ManifestBytes);
    }

    protected InMemoryRegistry Server { get; }

    protected FastClock Clock { get; init; } = new();

    protected byte[] LayerBytes { get; } = Bytes(300_000);

    protected byte[] ManifestBytes { get; }

    protected Descriptor Layer { get; }

    protected ConcurrentQueue<string> Notes { get; } = new();

    protected ImageReference App => ImageReference.Parse($"{Server.Address}/team/app:1");

    protected static CancellationToken None => CancellationToken.None;

    protected RegistryClient Client(RegistryOptions? options = null, HttpMessageHandler? transport = null) =>
        Own(new RegistryClient((options ?? new RegistryOptions()) with { Note = Notes.Enqueue }, Clock, transport));

    protected T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }

    /// <summary>Options with a Docker config of this text.</summary>
    protected RegistryOptions WithDockerConfig(string json)
    {
        var directory = Own(new TempDirectory());
        directory.Write("config.json", json);
        return new RegistryOptions { DockerConfigDirectory = directory.Path, HelperSearchPath = directory.Path };
    }

    protected RegistryOptions LoggedIn(string registry, string user = "user", string password = "pa:ss") =>
        WithDockerConfig($$"""{"auths":{"{{registry}}":{"auth":"{{Base64($"{user}:{password}")}}"} } }""");

    protected static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Options with a credential helper that is this shell script.</summary>
    protected RegistryOptions WithHelper(string script)
    {
        var options = WithDockerConfig("""{"credsStore":"test"}""");
        var program = Path.Combine(options.HelperSearchPath!, "docker-credential-test");
        File.WriteAllText(program, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return options;
    }

    protected static RegistryOptions Settings(string registry, RegistrySettings settings) =>
        new() { Registries = new Dictionary<string, RegistrySettings> { [registry] = settings } };

    protected async Task<byte[]> ReadLayerAsync(RegistryClient client)
    {
        await using var stream = await client.Blobs(App).OpenReadAsync(Layer, None);
        return await ReadAsync(stream);
    }

    protected static async Task<byte[]> ReadAsync(Stream stream)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
#pragma warning disable CA5394 // The same bytes every time are what is wanted here.
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        return bytes;
    }

    protected static byte[] Manifest(params Descriptor[] layers) => OciJson.Write(new ImageManifest
    {
        MediaType = MediaTypes.OciManifest,
        Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Of("{}"u8), Size = 2 },
        Layers = layers,
    });

    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        GC.SuppressFinalize(this);
    }
}
