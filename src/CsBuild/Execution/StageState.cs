using CsBuild.Dockerfiles.Expansion;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>Where a stage stands after some of its instructions. A stage is a fold: state in, state out.</summary>
public sealed record StageState
{
    /// <summary>The root file system.</summary>
    public required Snapshot Rootfs { get; init; }

    /// <summary>The image config so far, without history and root file system.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>The variables that the next instruction sees.</summary>
    public required VariableScope Scope { get; init; }

    /// <summary>What the image is for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>Inherited entries first.</summary>
    public IReadOnlyList<HistoryDraft> History { get; init; } = [];

    /// <summary>The characters of history that instructions wrote, which is what they make the config larger by.</summary>
    public long HistorySize { get; init; }

    /// <summary>True once this very stage had a CMD: then a later ENTRYPOINT keeps it.</summary>
    public bool HasOwnCmd { get; init; }

    /// <summary>The image that the stage, or a stage below it, comes from, with its digest; null for none.</summary>
    public string? Base { get; init; }

    /// <summary>The last step that made a layer, for the inputs of the next.</summary>
    public IReadOnlyList<Digest> LastSteps { get; init; } = [];

    /// <summary>How a container runs.</summary>
    public ContainerConfig Container => Config.Config;

    /// <summary>The directory that relative paths start from.</summary>
    public string WorkingDirectory => string.IsNullOrEmpty(Container.WorkingDir) ? "/" : RootPath.OfImage(Container.WorkingDir, IsWindows);

    /// <summary>True for an image for Windows: names of variables have no case there, and paths are written otherwise.</summary>
    public bool IsWindows => Config.Os == "windows";

    /// <summary>The command that shell forms are given to.</summary>
    public IReadOnlyList<string> Shell => Container.Shell is { Count: > 0 } shell ? shell : IsWindows ? ["cmd", "/S", "/C"] : ["/bin/sh", "-c"];

    /// <summary>
    /// Where a stage begins that is built FROM this one. It begins with the image's environment: what an ARG here had put in
    /// the place of an ENV is over, other arguments go on.
    /// </summary>
    public StageState Child() => this with { HasOwnCmd = false, Scope = Scope.WithEnv(Scope.Environment) };

    /// <summary>This state with another container config.</summary>
    public StageState With(ContainerConfig container) => this with { Config = Config with { Config = container } };

    /// <summary>This state with a line of history for an instruction that made no layer.</summary>
    public StageState WithHistory(string createdBy) => this with
    {
        History = [.. History, new HistoryDraft(createdBy)],
        HistorySize = HistorySize + createdBy.Length,
    };

    /// <summary>This state after a step that made a layer.</summary>
    public StageState WithLayer(Layer layer, UnixTime created, string createdBy, Digest step) => this with
    {
        Rootfs = Rootfs.With(layer),
        History = [.. History, new HistoryDraft(createdBy, created)],
        LastSteps = [step],
    };
}

/// <summary>A line of history before its time is known.</summary>
/// <param name="CreatedBy">The instruction in BuildKit's spelling.</param>
/// <param name="LayerTime">When its layer was made; null where it made none.</param>
/// <param name="Inherited">The whole entry, where it comes from the base image.</param>
public sealed record HistoryDraft(string CreatedBy, UnixTime? LayerTime = null, HistoryEntry? Inherited = null);
