using CsBuild.Linux.Copies;
using CsBuild.Linux.Files;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Network;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Runtimes;
using CsBuild.Linux.Unpacking;
using CsBuild.Oci.Storage;

namespace CsBuild.Linux;

/// <summary>What all steps of a sandbox share.</summary>
internal sealed record Room(StoreFolders Folders, UnpackedLayers Unpacked, CopiedTrees Copies, CacheFolders Caches, LayerStore Store)
{
    public required StepPrograms Programs { get; init; }

    public required Notices Notices { get; init; }

    public required TimeSpan Patience { get; init; }

    public required NetworkPool Networks { get; init; }

    /// <summary>What starts steps; null for our own first process.</summary>
    public RuntimeProgram? Runtime { get; init; }

    public Filters Filters { get; } = new();

    /// <summary>Read when the first step runs.</summary>
    public required Lazy<ControlGroups> Groups { get; init; }

    /// <summary>True where mounts of snapshots are copies too.</summary>
    public bool Copying { get; init; }
}
