using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Results.Checks;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild check</c>: what is doubtful in Dockerfiles, without building them and, where they are on this machine, without a network.</summary>
internal sealed class CheckCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _targets = new("CONTEXT") { Arity = ArgumentArity.ZeroOrMore, Description = "a directory with a Dockerfile, or Dockerfiles themselves; a URL, a repository, or - for stdin (default: .)" };
    private readonly Option<string[]> _file = Flags.Last("--file", "-f", "the Dockerfile (default: CONTEXT/Dockerfile)");
    private readonly Option<string[]> _target = Flags.Last("--target", null, "the stage to look at, and what it needs (default: all stages)");
    private readonly Option<string[]> _buildArgs = Flags.Many("--build-arg", null, "value for an ARG: NAME=value, or NAME to take it from the environment");
    private readonly Option<string[]> _namedContexts = Flags.Many("--build-context", null, "named context, as for a build");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", null, "the platform to build for");
    private readonly Option<string[]> _format = Flags.Last("--format", null, "text, json (BuildKit's form) or sarif");
    private readonly Option<string[]> _severity = Flags.Last("--severity", null, "findings from which on the command fails: error, warning (default), info, none");
    private readonly Option<bool> _fix = Flags.Switch("--fix", null, "mend what can be mended without a change to the build, in place");
    private readonly Option<string[]> _explain = Flags.Last("--explain", null, "print the page of a rule (a name, or a DL number of hadolint's)");
    private readonly Option<bool> _list = Flags.Switch("--list-rules", null, "print all rules");

    public Command Create()
    {
        var command = new Command("check", "Look for mistakes in Dockerfiles")
        {
            _targets, _file, _target, _buildArgs, _namedContexts, _platforms, _format, _severity, _fix, _explain, _list,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (Flags.Value(parsed, _explain) is { } name)
            return Explain(name);
        if (parsed.GetValue(_list))
            return List();
        var threshold = Severities.Threshold(Flags.Value(parsed, _severity) ?? "warning");
        var format = CheckPrinter.Format(Flags.Value(parsed, _format) ?? "text");
        var inputs = Inputs(parsed).ToList();
        var run = new CheckRun(around, new CheckSettings { Root = shared.Root(parsed, around) });
        var files = new List<NamedCheck>();
        foreach (var input in inputs)
            files.Add(await run.CheckAsync(await FetchedDockerfile.ReadAsync(input, shared.Root(parsed, around), shared.Config(parsed), around, cancellationToken), parsed.GetValue(_fix), cancellationToken));
        var outcome = new CheckOutcome(files);
        CheckPrinter.Print(around, outcome, format);
        return outcome.Errors.Any() ? ExitCode.Dockerfile
            : outcome.Findings.Any(f => f.Severity >= threshold) ? ExitCode.CheckFailed
            : ExitCode.Success;
    }

    // Files are what they are; a directory is a context, of which there can be one.
    private IEnumerable<BuildRequest> Inputs(ParseResult parsed)
    {
        var words = parsed.GetValue(_targets) is { Length: > 0 } given ? given : ["."];
        var flags = new BuildFlags
        {
            File = Flags.Value(parsed, _file),
            Target = Flags.Value(parsed, _target),
            BuildArgs = Flags.Values(parsed, _buildArgs),
            NamedContexts = Flags.Values(parsed, _namedContexts),
            Platforms = Flags.Values(parsed, _platforms),
        };
        foreach (var word in words)
        {
            if (word != "-" && File.Exists(around.Absolute(word)))
                yield return Request(flags with { Context = Path.GetDirectoryName(around.Absolute(word))!, File = flags.File is null ? word : throw new UsageException($"`{word}` is a file, and --file names another") });
            else if (words.Length > 1)
                throw new UsageException($"`{word}` is not a file", "name several files, or one context");
            else
                yield return Request(flags with { Context = word });
        }
    }

    private BuildRequest Request(BuildFlags flags)
    {
        using var plan = BuildPlan.Read(flags, around);
        return CheckConfigFile.Apply(plan.Request);
    }

    private int Explain(string name)
    {
        var rule = LintRules.Find(name) ?? throw new UsageException($"there is no rule `{name}`", "csbuild check --list-rules shows all");
        around.Output.Write(RulePages.Find(rule) ?? rule.Description + "\n");
        return ExitCode.Success;
    }

    private int List()
    {
        var rows = LintRules.All.Select(r => (string[])[r.Name, r.IsOptIn || r.IsExperimental ? "off" : Severities.Text(r.Severity), r.IsFixable ? "yes" : "", string.Join(' ', r.Hadolint), r.Description]);
        Table.Write(around.Output, [["RULE", "SEVERITY", "FIX", "HADOLINT", "DESCRIPTION"], .. rows]);
        return ExitCode.Success;
    }
}
