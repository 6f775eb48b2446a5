using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>The usual help; the root's ends with examples and exit codes.</summary>
internal sealed class HelpWithExitCodes : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new() { MaxWidth = 120 };

    public override int Invoke(ParseResult parseResult)
    {
        var code = _usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not { Name: "csbuild" or "build" })
            return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        output.WriteLine("  csbuild -t app:1.0 .");
        output.WriteLine("  csbuild -t app:1.0 --push .");
        output.WriteLine("  csbuild -o type=oci,dest=app.tar --build-arg V=2 .");
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (number, meaning) in ExitCode.All)
            output.WriteLine($"  {number,3}  {meaning}");
        return code;
    }
}
