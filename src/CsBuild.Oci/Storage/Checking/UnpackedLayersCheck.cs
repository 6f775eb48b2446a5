using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>Compares the unpacked layers of this boot with their indexes.</summary>
internal sealed class UnpackedLayersCheck(string privateDirectory, LayerFiles layers, bool readsFiles, StoreFindings findings, Trash trash)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    public void Run(CancellationToken cancellationToken)
    {
        var unpacked = Path.Combine(privateDirectory, "unpacked");
        foreach (var directory in Directory.Exists(unpacked) ? Directory.GetDirectories(unpacked) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsOfThisBoot(directory) && LayerNotes.DiffIdOf(Path.GetFileName(directory)) is { } layer && layers.TryLoadIndex(layer) is { } index)
                Check(directory, index);
        }
    }

    private void Check(string directory, LayerIndex index)
    {
        if (SecondLook.At(directory, () => new UnpackedCheck(Path.Combine(directory, "fs"), index, readsFiles, findings.Count).Run()) is not { } problem)
            return;
        if (findings.Repairs)
            trash.Take(directory);
        findings.AddPath(directory, $"is not the layer: {problem}", findings.Repairs);
    }

    // One of an earlier boot is dropped by whoever looks for it, whatever is in it.
    private static bool IsOfThisBoot(string directory)
    {
        var boot = Path.Combine(directory, "boot");
        return !File.Exists(BootId) || !File.Exists(boot) || SmallFile.ReadText(boot).Trim() == File.ReadAllText(BootId).Trim();
    }
}
