using System.CommandLine;
using System.CommandLine.Help;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>The whole command line: finds the command, runs it, and turns what went wrong into words and a number.</summary>
internal sealed class Tool(Surroundings around)
{
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        try
        {
            return await InvokeAsync(args, cancellationToken);
        }
        catch (Exception e)
        {
            var debug = around.NonEmpty("CSBUILD_DEBUG") is not null || args.Contains("-D") || args.Contains("--debug");
            return Failures.Report(e, around.Error, debug, cancellationToken.IsCancellationRequested);
        }
    }

    /// <summary>The commands.</summary>
    internal Command CreateRoot()
    {
        var shared = new SharedOptions();
        // no RootCommand: that one takes its name from the assembly
        var root = new Command("csbuild", "Builds OCI images from Dockerfiles, without a daemon");
        root.Options.Add(new HelpOption { Action = new HelpWithExitCodes() });
        root.Options.Add(new VersionOption());
        shared.AddTo(root);
        root.Subcommands.Add(new BuildCommand(around, shared).Create());
        foreach (var command in ImageCommands(shared))
            root.Subcommands.Add(command);
        return root;
    }

    private IEnumerable<Command> ImageCommands(SharedOptions shared) =>
    [
        new ImagesCommand(around, shared).Create(),
        new PullCommand(around, shared).Create(),
        new PushCommand(around, shared).Create(),
        new TagCommand(around, shared).Create(),
        new RmiCommand(around, shared).Create(),
        new InspectCommand(around, shared).Create(),
        new HistoryCommand(around, shared).Create(),
        new SaveCommand(around, shared).Create(),
        new LoadCommand(around, shared).Create(),
        new PruneCommand(around, shared).Create(),
    ];

    private Task<int> InvokeAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var root = CreateRoot();
        var parsed = root.Parse(WithCommand(args, root), new ParserConfiguration { ResponseFileTokenReplacer = null });
        Refusals.Check(parsed);
        return parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Output, Error = around.Error },
            cancellationToken);
    }

    // `csbuild -t app .` is `csbuild build -t app .`: the first word that is neither a shared option nor its value decides.
    private static IReadOnlyList<string> WithCommand(IReadOnlyList<string> args, Command root)
    {
        if (args.Count == 0)
            return ["--help"];
        var i = 0;
        while (i < args.Count && SharedOptions.Length(args[i]) is > 0 and var length)
            i += length;
        var word = i < args.Count ? args[i] : "";
        if (word is "--help" or "-h" or "-?" or "--version")
            return args;
        if (word != "build" && root.Subcommands.Any(c => c.Name == word))
            return [.. args.Select(a => Flags.Spelled(a, root))];
        IReadOnlyList<string> build = [.. UnsupportedFlags.Take(args).Select(a => Flags.Spelled(a, root))];
        return word == "build" ? build : ["build", .. build];
    }
}
