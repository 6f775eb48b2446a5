using System.CommandLine;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal sealed class SharedOptions
{
    private readonly Option<string[]> _root = Flags.Last("--root", null, "the store's directory (default: CSBUILD_ROOT, $XDG_DATA_HOME/csbuild, ~/.local/share/csbuild)");
    private readonly Option<string[]> _config = Flags.Last("--config", null, "the config file (default: CSBUILD_CONFIG, $XDG_CONFIG_HOME/csbuild/config.json)");
    private readonly Option<bool> _debug = Flags.Switch("--debug", "-D", "show the trace of an unexpected error");

    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_root, _config, _debug])
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    public string Root(ParseResult parsed, Surroundings around) => around.StoreRoot(Root(parsed));

    public string? Root(ParseResult parsed) => Flags.Value(parsed, _root);

    public string? Config(ParseResult parsed) => Flags.Value(parsed, _config);

    /// <summary>How many words of the command line the shared option takes that begins here; 0 where none does.</summary>
    public static int Length(string word) => word switch
    {
        "--root" or "--config" => 2,
        "-D" or "--debug" => 1,
        _ when word.StartsWith("--root=", StringComparison.Ordinal) || word.StartsWith("--config=", StringComparison.Ordinal) => 1,
        _ => 0,
    };
}
