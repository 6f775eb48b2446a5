using System.CommandLine;
using CsBuild.Cli.Arguments;
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

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (Flags.Value(parsed, _explain) is { } name)
            return Task.FromResult(Explain(name));
        if (parsed.GetValue(_list))
            return Task.FromResult(List());
        return new CheckAction(around).RunAsync(new CheckFlags
        {
            Words = parsed.GetValue(_targets) ?? [],
            Build = new BuildFlags
            {
                File = Flags.Value(parsed, _file),
                Target = Flags.Value(parsed, _target),
                BuildArgs = Flags.Values(parsed, _buildArgs),
                NamedContexts = Flags.Values(parsed, _namedContexts),
                Platforms = Flags.Values(parsed, _platforms),
                Root = shared.Root(parsed),
                Config = shared.Config(parsed),
            },
            Format = Flags.Value(parsed, _format),
            Severity = Flags.Value(parsed, _severity),
            Fix = parsed.GetValue(_fix),
        }, cancellationToken);
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
