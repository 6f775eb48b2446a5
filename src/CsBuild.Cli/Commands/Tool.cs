using System.CommandLine;
using System.CommandLine.Help;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>The whole command line: finds the command, runs it, and turns what went wrong into words and a number.</summary>
internal sealed class Tool(Surroundings around)
{
    private static readonly string[] ImageCommandNames = ["images", "pull", "push", "tag", "rmi", "inspect", "history", "save", "load", "du", "prune", "fsck", "why", "context", "check", "outline", "targets", "plan", "doctor"];

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

    /// <summary>The commands, or the one that is named: each option costs, and all commands have a hundred.</summary>
    private Command CreateRoot(string? name)
    {
        var shared = new SharedOptions();
        // no RootCommand: that one takes its name from the assembly
        var root = new Command("csbuild", "Builds OCI images from Dockerfiles, without a daemon");
        root.Options.Add(new HelpOption { Action = new HelpWithExitCodes() });
        root.Options.Add(new VersionOption());
        shared.AddTo(root);
        if (name is null or "build")
            root.Subcommands.Add(new BuildCommand(around, shared).Create());
        foreach (var command in ImageCommandNames)
            if (name is null || name == command)
                root.Subcommands.Add(ImageCommand(command, shared));
        return root;
    }

    private Command ImageCommand(string name, SharedOptions shared) => name switch
    {
        "images" => new ImagesCommand(around, shared).Create(),
        "pull" => new PullCommand(around, shared).Create(),
        "push" => new PushCommand(around, shared).Create(),
        "tag" => new TagCommand(around, shared).Create(),
        "rmi" => new RmiCommand(around, shared).Create(),
        "inspect" => new InspectCommand(around, shared).Create(),
        "history" => new HistoryCommand(around, shared).Create(),
        "save" => new SaveCommand(around, shared).Create(),
        "load" => new LoadCommand(around, shared).Create(),
        "why" => new WhyCommand(around, shared).Create(),
        "context" => new ContextCommand(around).Create(),
        "du" => new DuCommand(around, shared).Create(),
        "prune" => new PruneCommand(around, shared).Create(),
        "doctor" => new DoctorCommand(around, shared).Create(),
        "fsck" => new FsckCommand(around, shared).Create(),
        "check" => new CheckCommand(around, shared).Create(),
        "outline" or "targets" or "plan" => new QuestionCommand(around, shared, name).Create(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Task<int> InvokeAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (args.Count == 0)
            args = ["--help"];
        var word = FirstWord(args);
        var isHelp = word is "--help" or "-h" or "-?" or "--version";
        var isImageCommand = ImageCommandNames.Contains(word);
        if (!isHelp && !isImageCommand && QuickFlags.TryRead(args) is { } flags)
            return new BuildAction(around).RunAsync(flags, cancellationToken);
        if (CheckFlags.TryReadQuickly(args) is { } check)
            return new CheckAction(around).RunAsync(check, cancellationToken);
        return InvokeAsync(args, isHelp ? null : isImageCommand ? word : "build", word == "build", cancellationToken);
    }

    /// <param name="args">All of the command line.</param>
    /// <param name="name">The command; null: none was named, and all are wanted.</param>
    /// <param name="isWritten">False where <c>build</c> was left out.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    private Task<int> InvokeAsync(IReadOnlyList<string> args, string? name, bool isWritten, CancellationToken cancellationToken)
    {
        var root = CreateRoot(name);
        if (name == "build")
            args = [.. isWritten ? [] : (string[])["build"], .. UnsupportedFlags.Take(args)];
        if (name is not null)
            args = [.. args.Select(a => Flags.Spelled(a, root))];
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Refusals.Check(parsed);
        return parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Output, Error = around.Error },
            cancellationToken);
    }

    // `csbuild -t app .` is `csbuild build -t app .`: the first word that is neither a shared option nor its value decides.
    private static string FirstWord(IReadOnlyList<string> args)
    {
        var i = 0;
        while (i < args.Count && SharedOptions.Length(args[i]) is > 0 and var length)
            i += length;
        return i < args.Count ? args[i] : "";
    }
}
