using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Runtimes;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>All that one run of a step needs.</summary>
internal sealed record StepPlan(
    SandboxSpec Spec,
    Confinement Confinement,
    IReadOnlyList<string> Layers,
    IReadOnlyList<PreparedMount> Mounts,
    StoreFolders Store,
    RunFolder Folder,
    StepPrograms Programs,
    StepGroup? Group,
    TimeSpan Patience)
{
    /// <summary>A directory that is the root, in place of an overlay of layers.</summary>
    public string? Tree { get; init; }

    /// <summary>The network namespace that the step enters; null for the machine's, or for an empty one of its own.</summary>
    public Fd? Network { get; init; }

    /// <summary>The machine's control groups.</summary>
    public required ControlGroups Groups { get; init; }

    /// <summary>What starts the step; null for our own first process.</summary>
    public RuntimeProgram? Runtime { get; init; }

    /// <summary>Ends the step without patience.</summary>
    public CancellationToken Kill { get; init; }

    /// <summary>For measurements.</summary>
    public StepClock? Clock { get; init; }

    /// <summary>Where the root is mounted.</summary>
    public string RootPlace => Path.Combine(Folder.Path, "root");

    /// <summary>What /etc/resolv.conf says.</summary>
    public string Names { get; init; } = "";
}

/// <summary>What is executed on the way to a command.</summary>
internal sealed record StepPrograms(InitCommand Init, Fd Reaper);
