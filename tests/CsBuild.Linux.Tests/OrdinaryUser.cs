using System.Diagnostics;
using System.Globalization;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Another user with a store of his own, and a program to run a step in it. Needs root and setpriv.</summary>
public sealed class OrdinaryUser : IDisposable
{
    private readonly Machine _machine;
    private readonly string _name;
    private readonly string _home = Path.Combine("/var/tmp", "csbuild-" + Path.GetRandomFileName());

    public OrdinaryUser(Machine machine, string name)
    {
        (_machine, _name) = (machine, name);
        Needs.Program("/usr/bin/setpriv");
        Directory.CreateDirectory(_home);
        Directory.CreateDirectory(Store);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
            if (Path.GetFileName(file) is var copied && (copied.StartsWith("CsBuild.", StringComparison.Ordinal) || copied.EndsWith(".dll", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(_home, copied));
    }

    private string Store => Path.Combine(_home, "store");

    /// <summary>Runs a script on the machine's base or a layer with it below, and commits. The last line of the output names the layer.</summary>
    public async Task<(int Code, string Output, string Error)> BuildAsync(string script, Layer? layer = null, Isolation isolation = Isolation.Auto)
    {
        var start = (await _machine.BaseAsync()).Layers[0];
        if (layer is not null)
            start = await JoinedAsync(start, layer);
        var blobs = Path.Combine(Store, "blobs", "sha256");
        Directory.CreateDirectory(blobs);
        File.Copy(_machine.Content.PathOf(start.Blob.Digest), Path.Combine(blobs, start.Blob.Digest.Hex), overwrite: true);
        File.WriteAllText(Path.Combine(Store, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        File.WriteAllText(Path.Combine(Store, "index.json"), "{\"schemaVersion\":2,\"manifests\":[]}");
        await RunAsync("/bin/chown", ["-R", _name, _home]);
        await RunAsync("/bin/chmod", ["-R", "go-w,a+rX", _home]);
        var program = Path.Combine(_home, "CsBuild.Linux.TestInit");
        return await RunAsync("/usr/bin/setpriv",
            ["--reuid", _name, "--regid", Group(), "--clear-groups", "--inh-caps", "-all", program, Store, start.DiffId.ToString(), start.Blob.Size.ToString(CultureInfo.InvariantCulture), script, "commit", .. isolation == Isolation.Copy ? (string[])["copy"] : []]);
    }

    /// <summary>The entries of the layer that an output ends with.</summary>
    public async Task<string> ListAsync(string output)
    {
        var words = output.TrimEnd('\n').Split('\n')[^1].Split(' ');
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Parse(words[0]), Size = long.Parse(words[1], CultureInfo.InvariantCulture) };
        File.Copy(Path.Combine(Store, "blobs", "sha256", blob.Digest.Hex), _machine.Content.PathOf(blob.Digest), overwrite: true);
        return await _machine.ListAsync(new Layer(new DiffId(blob.Digest), blob));
    }

    private string Group() => File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(words => words[0] == _name)?[3] ?? _name;

    public void Dispose() => Linux.Files.TreeRemoval.Remove(_home);

    private async Task<Layer> JoinedAsync(Layer lower, Layer upper)
    {
        await using var files = await LayeredFileSource.OpenAsync(_machine.Layers, [lower, upper], default);
        var entries = new List<(LayerEntry, byte[]?)>();
        await AddAsync(files, files.Tree.Root, entries);
        return await _machine.LayerAsync(entries);
    }

    private static async Task AddAsync(LayeredFileSource files, FileNode node, List<(LayerEntry, byte[]?)> entries)
    {
        foreach (var child in node.Children)
        {
            byte[]? content = null;
            if (child.Entry.Type == EntryType.File)
            {
                await using var stream = await files.OpenReadAsync(child, default);
                using var memory = new MemoryStream();
                await stream.CopyToAsync(memory);
                content = memory.ToArray();
            }
            entries.Add((child.Entry, content));
            await AddAsync(files, child, entries);
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error);
    }
}
