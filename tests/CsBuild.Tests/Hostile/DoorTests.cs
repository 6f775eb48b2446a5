using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;
using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Hostile;

/// <summary>
/// The whole corpus through every door by which an archive comes into a build. Whatever becomes of the build, it is no
/// crash, and a tree outside of it is as it was. SECURITY.md S1 to S10, S12.
/// </summary>
public sealed class DoorTests
{
    // Copies and changes directory through the names that the corpus uses for its links.
    private const string OnImage = "COPY f /l/file\nCOPY f /l/inner/\nCOPY f /a/b/\nWORKDIR /l/new\nVOLUME /l/volume\nFROM scratch\nCOPY --from=0 / /all/";

    [Fact]
    public Task S1_S12_as_layers_of_an_oci_layout() => ThroughAsync(async door =>
    {
        var directory = door.Build.Temp("layout" + door.Number);
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        var image = ImageOf(door.Archive, (bytes, type) =>
        {
            File.WriteAllBytes(Path.Combine(directory, "blobs", "sha256", Digest.Of(bytes).Hex), bytes);
            return new Descriptor { MediaType = type, Digest = Digest.Of(bytes), Size = bytes.Length };
        });
        await File.WriteAllTextAsync(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllBytesAsync(Path.Combine(directory, "index.json"), OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [image] }));
        await door.Build.RunAsync("FROM evil\n" + OnImage, r => door.Writing(r) with
        {
            NamedContexts = new Dictionary<string, NamedContext> { ["evil"] = new NamedContext.Layout(directory, null, image.Digest) },
        });
    }, isStrict: true);

    [Fact]
    public async Task S1_S12_as_layers_of_a_registry_s_image()
    {
        using var registry = new InMemoryRegistry();
        await ThroughAsync(async door =>
        {
            var name = "evil" + door.Number;
            var image = ImageOf(door.Archive, (bytes, type) =>
                type == MediaTypes.OciManifest ? registry.AddManifest(name, "latest", bytes) : registry.AddBlob(name, bytes, type));
            var host = new Uri(registry.Url).Authority;
            await door.Build.RunAsync($"FROM {host}/{name}@{image.Digest}\n" + OnImage, door.Writing);
        }, isStrict: true);
    }

    [Fact]
    public Task S1_S12_as_a_local_archive_of_ADD() => ThroughAsync(async door =>
    {
        for (var i = 0; i < door.Archive.Layers.Count; i++)
            await File.WriteAllBytesAsync(Path.Combine(door.Build.Context, $"{i}.tar"), door.Archive.Layers[i]);
        var adds = string.Concat(door.Archive.Layers.Select((_, i) => $"ADD {i}.tar /x/\n"));
        await door.Build.RunAsync($"FROM scratch\n{adds}COPY f /x/l/file\nWORKDIR /x/l/new\nFROM scratch\nCOPY --from=0 / /\nCOPY --from=0 /x/ /y/", door.Writing);
    });

    [Fact]
    public async Task S1_S12_as_an_archive_of_a_server_that_ADD_unpacks()
    {
        using var server = new FileServer();
        await ThroughAsync(async door =>
        {
            for (var i = 0; i < door.Archive.Layers.Count; i++)
                server.With($"/{door.Number}/{i}.tar", door.Archive.Layers[i]);
            var adds = string.Concat(door.Archive.Layers.Select((_, i) => $"ADD --unpack {server.Url}/{door.Number}/{i}.tar /x/\n"));
            await door.Build.RunAsync($"FROM scratch\n{adds}COPY f /x/l/file\nWORKDIR /x/l/new\nFROM scratch\nCOPY --from=0 / /\nCOPY --from=0 /x/ /y/", door.Writing);
        });
    }

    [Fact]
    public async Task S1_S12_as_a_context_of_a_server()
    {
        using var server = new FileServer();
        await ThroughAsync(async door =>
        {
            for (var i = 0; i < door.Archive.Layers.Count; i++)
            {
                server.With($"/{door.Number}/{i}.tar", door.Archive.Layers[i]);
                await door.Build.RunAsync("FROM scratch\nCOPY . /x/\nCOPY l* a* /x/l/\nWORKDIR /x/l/new", r => door.Writing(r) with { Context = new BuildContext.Remote($"{server.Url}/{door.Number}/{i}.tar") });
            }
        });
    }

    [Fact]
    public Task S1_S12_as_the_context_on_stdin() => ThroughAsync(async door =>
    {
        foreach (var tar in door.Archive.Layers)
            await door.Build.RunAsync("FROM scratch\nCOPY . /x/\nCOPY l* a* /x/l/\nWORKDIR /x/l/new", r => door.Writing(r) with { Context = new BuildContext.Tar(new MemoryStream(tar)) });
    });

    private static async Task ThroughAsync(Func<Door, Task> enter, bool isStrict = false)
    {
        await using var build = new TestBuild().With("f", "written by the build");
        var canary = new Canary(build.Temp("canary"));
        var number = 0;
        var wrong = new List<string>();
        var built = 0;
        foreach (var archive in HostileCorpus.All(canary))
        {
            var problem = "";
            try
            {
                await enter(new Door(build, archive, number++));
                built++;
            }
            catch (BuildException e)
            {
                problem = e.Message;
            }
            canary.AssertUnchanged(archive.Name);
            if (isStrict && archive.Fate != Fate.Harmless && problem.Length == 0)
                wrong.Add($"{archive.Name} was taken");
            if (problem.Contains("   at ", StringComparison.Ordinal))
                wrong.Add($"{archive.Name}: {problem}");
        }
        Assert.InRange(built, 50, number);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static Descriptor ImageOf(HostileArchive archive, Func<byte[], string, Descriptor> add)
    {
        var config = new ImageConfig
        {
            Architecture = "amd64",
            Os = "linux",
            Config = new ContainerConfig(),
            RootFs = new RootFs { DiffIds = [.. archive.Layers.Select(DiffIdOf)] },
            History = [],
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.OciManifest,
            Config = add(OciJson.Write(config), MediaTypes.OciConfig),
            Layers = [.. archive.Layers.Select(l => add(l, MediaTypes.OciLayerGzip))],
        };
        return add(OciJson.Write(manifest), MediaTypes.OciManifest);
    }

    private static DiffId DiffIdOf(byte[] layer)
    {
        using var plain = new MemoryStream();
        try
        {
            LayerCodec.Decompress(new MemoryStream(layer)).CopyTo(plain);
        }
        catch (InvalidDataException)
        {
        }
        return new DiffId(Digest.Of(plain.ToArray()));
    }

    private sealed record Door(TestBuild Build, HostileArchive Archive, int Number)
    {
        /// <summary>The result is written out, too: as files of this machine, and as a tar.</summary>
        public BuildRequest Writing(BuildRequest request) => request with
        {
            Outputs =
            [
                new ImageOutput.LocalDirectory(Build.Temp($"files/{Number % 3}")),
                new ImageOutput.Tar(new OutputTarget.Stream(Stream.Null)),
            ],
        };
    }
}
