using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Rendering;

/// <summary>Chooses a renderer by the value of --progress.</summary>
internal static class Renderers
{
    public static readonly IReadOnlyList<string> Modes = ["auto", "none", "plain", "quiet", "rawjson", "tty"];

    public static IRenderer Create(string mode, Surroundings around) => Resolve(mode, around) switch
    {
        "plain" => new PlainRenderer(around.Error, around.ErrorIsTerminal),
        "rawjson" => new RawJsonRenderer(around.Error),
        "tty" => TtyRenderer.Create(around),
        _ => new SilentRenderer(),
    };

    /// <summary>What <c>auto</c> means here; other modes are what they are.</summary>
    /// <exception cref="UsageException">There is no such mode, or no terminal for <c>tty</c>.</exception>
    public static string Resolve(string mode, Surroundings around)
    {
        if (!Modes.Contains(mode))
            throw new UsageException($"invalid progress mode {mode}", string.Join(", ", Modes));
        if (mode == "tty" && !around.ErrorIsTerminal)
            throw new UsageException("--progress=tty needs a terminal on stderr", "use --progress=plain");
        if (mode != "auto")
            return mode;
        var calm = around.NonEmpty("NO_COLOR") is not null || around.NonEmpty("CI") is not null || around.Variable("TERM") is null or "" or "dumb";
        return around.ErrorIsTerminal && !calm ? "tty" : "plain";
    }
}
