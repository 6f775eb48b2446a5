using System.Globalization;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux.TestInit;

/// <summary>
/// A builder that a test can kill or run as another user: runs `/bin/sh -c SCRIPT` on one layer of a store. Arguments:
/// store, layer's diff ID, its size, script; then, if wanted, `commit`: prints the new layer's diff ID and size last, and
/// `runtime=NAME`, `copy` or `chroot` for that isolation, the last with the host's network; `own-network` for one that leads
/// outside, and `apart` for a user namespace. Notices go to the error output.
/// </summary>
internal static class Builder
{
    public static async Task<int> RunAsync(string[] args)
    {
        var store = FileContentStore.Open(args[0]);
        var blob = new Oci.Model.Descriptor
        {
            MediaType = Oci.Model.MediaTypes.OciLayer,
            Digest = Oci.Model.Digest.Parse(args[1]),
            Size = long.Parse(args[2], CultureInfo.InvariantCulture),
        };
        var layer = new Layer(new Oci.Model.DiffId(blob.Digest), blob);
        try
        {
            await using var sandbox = new LinuxSandbox(
                new SandboxHost(args[0], new LayerStore(store, Path.Combine(args[0], "csbuild"))), Options(args));
            await using var active = await sandbox.PrepareAsync(new Snapshot([layer]), default);
            var exit = await active.RunAsync(Spec(args[3]) with { Network = Network(args) }, new Copy(), default);
            if (args.Contains("commit") && exit.Code == 0)
            {
                var made = await active.CommitAsync(null, default);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.DiffId} {made.Blob.Size}"));
            }
            return exit.Code;
        }
        catch (SandboxException problem)
        {
            Console.Error.WriteLine($"{problem.Message} ({problem.Hint})");
            return 200;
        }
    }

    private static LinuxSandboxOptions Options(string[] args) => new()
    {
        Notice = Console.Error.WriteLine,
        Runtime = Runtime(args),
        Isolation = args.Contains("chroot") ? Isolation.Chroot : args.Contains("copy") ? Isolation.Copy : Isolation.Auto,
        MustHaveOwnNetwork = args.Contains("own-network"),
        AlwaysOwnUserNamespace = args.Contains("apart"),
    };

    private static SandboxNetwork Network(string[] args) =>
        args.Contains("own-network") ? SandboxNetwork.Default : args.Contains("chroot") ? SandboxNetwork.Host : SandboxNetwork.None;

    private static string? Runtime(string[] args) => args.FirstOrDefault(word => word.StartsWith("runtime=", StringComparison.Ordinal))?["runtime=".Length..];

    private static SandboxSpec Spec(string script) => new()
    {
        Arguments = ["/bin/sh", "-c", script],
        Environment = ["PATH=/bin"],
        WorkingDirectory = "/",
    };

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
