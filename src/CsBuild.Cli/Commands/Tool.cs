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
        return root;
    }

    private Task<int> InvokeAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var root = CreateRoot();
        var completed = WithCommand([.. UnsupportedFlags.Take(args).Select(a => Flags.Spelled(a, root))], root);
        var parsed = root.Parse(completed, new ParserConfiguration { ResponseFileTokenReplacer = null });
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
        while (i < args.Count && args[i] is "--root" or "--config")
            i += 2;
        while (i < args.Count && (args[i].StartsWith("--root=", StringComparison.Ordinal) || args[i].StartsWith("--config=", StringComparison.Ordinal) || args[i] is "-D" or "--debug"))
            i++;
        if (i < args.Count && (args[i] is "--help" or "-h" or "-?" or "--version" || root.Subcommands.Any(c => c.Name == args[i])))
            return args;
        return ["build", .. args];
    }
}
