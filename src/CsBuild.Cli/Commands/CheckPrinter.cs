using CsBuild.Cli.Outside;
using CsBuild.Cli.Results.Checks;

namespace CsBuild.Cli.Commands;

/// <summary>Prints what a check found.</summary>
internal static class CheckPrinter
{
    public static string Format(string text) => text is "text" or "json" or "sarif"
        ? text
        : throw new UsageException($"invalid format `{text}`", "text, json or sarif");

    public static void Print(Surroundings around, CheckOutcome outcome, string format)
    {
        if (format == "json")
            around.Output.WriteLine(CheckJson.Write(outcome));
        else if (format == "sarif")
            around.Output.WriteLine(CheckSarif.Write(outcome, ToolVersion.Text));
        else
            WriteText(around.Output, outcome);
        around.Output.Flush();
        if (format == "text" && outcome.Fixable is > 0 and var fixable)
            around.Error.WriteLine($"hint: csbuild check --fix mends {fixable} of them");
    }

    // Written at once: stdout gives each line to the system as it comes.
    private static void WriteText(TextWriter output, CheckOutcome outcome)
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = output.NewLine };
        CheckText.Write(text, outcome);
        output.Write(text.ToString());
    }
}
