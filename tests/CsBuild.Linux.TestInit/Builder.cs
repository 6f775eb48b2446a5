using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux.TestInit;

/// <summary>A builder that a test can kill: runs `/bin/sh -c SCRIPT` on one layer of a store. Arguments: store, layer's diff ID, its size, script.</summary>
internal static class Builder
{
    public static async Task<int> RunAsync(string[] args)
    {
        var store = FileContentStore.Open(args[0]);
        var blob = new Oci.Model.Descriptor
        {
            MediaType = Oci.Model.MediaTypes.OciLayer,
            Digest = Oci.Model.Digest.Parse(args[1]),
            Size = long.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture),
        };
        var layer = new Layer(new Oci.Model.DiffId(blob.Digest), blob);
        var sandbox = LinuxSandbox.Create(new SandboxHost(args[0], new LayerStore(store, Path.Combine(args[0], "csbuild"))));
        await using var active = await sandbox.PrepareAsync(new Snapshot([layer]), default);
        var spec = new SandboxSpec
        {
            Arguments = ["/bin/sh", "-c", args[3]],
            Environment = ["PATH=/bin"],
            WorkingDirectory = "/",
            Network = SandboxNetwork.None,
        };
        return (await active.RunAsync(spec, new Copy(), default)).Code;
    }

    private sealed class Copy : ISandboxOutput
    {
        private readonly Stream _output = Console.OpenStandardOutput();

        public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes)
        {
            _output.Write(bytes);
            // slow enough that a step ends before what it printed has been read
            Thread.Sleep(50);
        }
    }
}
