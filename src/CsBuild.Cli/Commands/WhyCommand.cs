using System.CommandLine;
using System.Globalization;
using System.IO.Abstractions;
using CsBuild.Caching.Explaining;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild why</c>: why the steps of the last build ran, or that they did not.</summary>
internal sealed class WhyCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _step = new("STEP") { Arity = ArgumentArity.ZeroOrMore, Description = "number, stage, stage/number or a part of the instruction; none for all steps" };

    public Command Create()
    {
        var command = new Command("why", "Say why steps of the last build ran") { _step };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var store = ImageStore.Open(shared.Root(parsed, around));
        var account = new BuildAccounts(new FileSystem(), store.PrivateDirectory).Last()
            ?? throw new UsageException("no build is known in this store", "build something, then ask why");
        var wanted = string.Join(' ', parsed.GetValue(_step) ?? []);
        var steps = account.Steps.Where(s => s.Outcome is not null && Is(s, wanted)).ToList();
        if (steps.Count == 0)
            throw new UsageException($"the last build had no step `{wanted}`", "csbuild why shows all of them");
        foreach (var step in steps)
            Write(step);
        return ExitCode.Success;
    }

    private static bool Is(StepAccount step, string wanted)
    {
        var number = Number(step);
        return wanted.Length == 0
            || wanted == number
            || string.Equals(wanted, step.Place.StageName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(wanted, $"{step.Place.StageName}/{number}", StringComparison.OrdinalIgnoreCase)
            || (!wanted.All(char.IsAsciiDigit) && step.Name.Contains(wanted, StringComparison.OrdinalIgnoreCase));
    }

    // As the progress output counts.
    private static string Number(StepAccount step) => (step.Place.Index + 1).ToString(CultureInfo.InvariantCulture);

    private void Write(StepAccount step)
    {
        around.Output.WriteLine(ControlText.OneLine(step.Name));
        if (step.Outcome == StepOutcome.Cached)
            around.Output.WriteLine("  cached: nothing that counts was changed");
        foreach (var reason in step.Reasons)
            around.Output.WriteLine("  ran: " + ControlText.OneLine(reason.ToString()));
    }
}
