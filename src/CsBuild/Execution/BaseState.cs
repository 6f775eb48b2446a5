using CsBuild.Dockerfiles.Expansion;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Planning;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>The state of a stage before its first instruction.</summary>
internal static class BaseState
{
    /// <summary>What a process finds programs in, where an image does not say.</summary>
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static StageState Scratch(Platform platform) => new()
    {
        Rootfs = Snapshot.Empty,
        Config = new ImageConfig
        {
            Os = platform.Os,
            Architecture = platform.Architecture,
            Variant = platform.Variant,
            OsVersion = platform.OsVersion,
            Config = new ContainerConfig { WorkingDir = RootPath.ToImage("/", platform.Os == "windows"), Env = platform.Os == "windows" ? null : [DefaultPath] },
        },
        Scope = platform.Os == "windows" ? VariableScope.EmptyOfWindows : Variables([DefaultPath], windows: false),
        Platform = platform,
    };

    /// <summary>A named context as a root file system: all of it becomes one layer.</summary>
    public static async Task<StageState> ContextAsync(BuildSession session, StageSource context, string contextName, Platform platform)
    {
        var files = await session.Contexts.Named(context).OpenAsync(session.CancellationToken).ConfigureAwait(false);
        var rootfs = await ContextLayer.SnapshotAsync(session, files, "", session.CancellationToken).ConfigureAwait(false);
        var state = Scratch(platform);
        return state with { Rootfs = rootfs, History = [new HistoryDraft($"FROM {contextName} # named context", UnixTime.Epoch)] };
    }

    public static StageState Image(BaseImage image, Platform wanted)
    {
        var config = image.Config;
        var env = config.Config.Env ?? [];
        if (config.Os != "windows" && !env.Any(e => e.StartsWith("PATH=", StringComparison.Ordinal)))
            env = [.. env, DefaultPath];
        var same = config.Os == wanted.Os && config.Architecture == wanted.Architecture;
        var windows = wanted.Os == "windows";
        return new StageState
        {
            Rootfs = image.Rootfs,
            Config = new ImageConfig
            {
                Os = wanted.Os,
                Architecture = wanted.Architecture,
                Variant = wanted.Variant ?? (same ? config.Variant : null),
                OsVersion = same ? config.OsVersion : null,
                OsFeatures = same ? config.OsFeatures : null,
                Author = config.Author,
                Config = config.Config with { Env = env, WorkingDir = WorkingDirectory(config.Config.WorkingDir, windows) },
            },
            Scope = Variables(env, windows),
            Platform = wanted,
            History = History(config),
        };
    }

    /// <summary>
    /// The state as the image of a platform that was asked for: os and architecture are that platform's, whatever
    /// <c>FROM --platform</c> said.
    /// </summary>
    public static StageState For(StageState state, Platform platform)
    {
        var config = state.Config;
        var same = config.Os == platform.Os && config.Architecture == platform.Architecture;
        return state with
        {
            Platform = platform,
            Config = config with
            {
                Os = platform.Os,
                Architecture = platform.Architecture,
                Variant = platform.Variant ?? (same ? config.Variant : null),
                OsVersion = platform.OsVersion ?? (same ? config.OsVersion : null),
            },
        };
    }

    private static string? WorkingDirectory(string? path, bool windows) =>
        string.IsNullOrEmpty(path) ? path : RootPath.ToImage(RootPath.Join("/", RootPath.OfImage(path, windows)), windows);

    private static VariableScope Variables(IEnumerable<string> env, bool windows)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var line in env)
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
                variables.Add(new(line[..at], line[(at + 1)..]));
        return (windows ? VariableScope.EmptyOfWindows : VariableScope.Empty).WithEnv(variables);
    }

    // The lines that made a layer must be as many as the layers; images exist where they are not. What is too many is
    // marked as making none, what is missing is added.
    private static List<HistoryDraft> History(ImageConfig config)
    {
        var layers = config.RootFs.DiffIds.Count;
        var entries = new List<HistoryDraft>();
        foreach (var entry in config.History ?? [])
            entries.Add(new HistoryDraft(entry.CreatedBy ?? "", null, entry.EmptyLayer || layers-- > 0 ? entry : entry with { EmptyLayer = true }));
        for (; layers > 0; layers--)
            entries.Add(new HistoryDraft("", null, new HistoryEntry { Created = config.Created, Comment = "csbuild.base.v0" }));
        return entries;
    }
}
