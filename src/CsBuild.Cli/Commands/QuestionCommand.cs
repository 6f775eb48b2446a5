using System.CommandLine;
using System.Text.Json;
using CsBuild.Checking;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild outline</c>, <c>targets</c> and <c>plan</c>: what a Dockerfile tells, without a build and, where it is on this machine, without a network.</summary>
internal sealed class QuestionCommand(Surroundings around, SharedOptions shared, string name)
{
    private readonly Argument<string[]> _context = new("CONTEXT") { Arity = ArgumentArity.ZeroOrMore, Description = "a directory with a Dockerfile, a URL, a repository, or - for stdin (default: .)" };
    private readonly Option<string[]> _file = Flags.Last("--file", "-f", "the Dockerfile (default: CONTEXT/Dockerfile)");
    private readonly Option<string[]> _target = Flags.Last("--target", null, "the stage that is asked about (default: the last)");
    private readonly Option<string[]> _buildArgs = Flags.Many("--build-arg", null, "value for an ARG: NAME=value, or NAME to take it from the environment");
    private readonly Option<string[]> _namedContexts = Flags.Many("--build-context", null, "named context, as for a build");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", null, "the platform to build for");
    private readonly Option<string[]> _format = Flags.Last("--format", null, name == "plan" ? "text or json" : "text or json (BuildKit's form)");

    public Command Create()
    {
        var command = new Command(name, name switch
        {
            "outline" => "Show what a target takes: arguments, secrets, agents",
            "targets" => "List the stages that can be built",
            _ => "Show what a build would do: stages, steps, and what each needs",
        }) { _context, _file };
        if (name != "targets")
            foreach (var option in (Option[])[_target, _buildArgs, _namedContexts, _platforms])
                command.Options.Add(option);
        command.Options.Add(_format);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var format = AnswerPrinter.Format(Flags.Value(parsed, _format) ?? "text");
        var words = parsed.GetValue(_context) is { Length: > 0 } given ? given : ["."];
        if (words.Length > 1)
            throw new UsageException($"one argument is wanted, {words.Length} are there: {string.Join(' ', words)}");
        var flags = new BuildFlags { Context = words[0], File = Flags.Value(parsed, _file) };
        if (name != "targets")
            flags = flags with
            {
                Target = Flags.Value(parsed, _target),
                BuildArgs = Flags.Values(parsed, _buildArgs),
                NamedContexts = Flags.Values(parsed, _namedContexts),
                Platforms = Flags.Values(parsed, _platforms),
            };
        var request = await FetchedDockerfile.ReadAsync(BuildPlan.ReadQuestion(flags, around), shared.Root(parsed, around), shared.Config(parsed), around, cancellationToken);
        var questions = DockerfileQuestions.Read(request);
        var (text, json) = Answer();
        return AnswerPrinter.Print(around, questions, text, json, format);
    }

    private (Action<TextWriter, DockerfileQuestions> Text, Action<Utf8JsonWriter, DockerfileQuestions> Json) Answer() => name switch
    {
        "outline" => (OutlineAnswer.Write, OutlineAnswer.WriteJson),
        "targets" => (TargetsAnswer.Write, TargetsAnswer.WriteJson),
        _ => (PlanAnswer.Write, PlanAnswer.WriteJson),
    };
}
