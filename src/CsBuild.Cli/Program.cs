using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;

if (args is ["--version"])
{
    Console.Out.WriteLine("csbuild " + ToolVersion.Text);
    return ExitCode.Success;
}
using var interruption = new Interruption();
return await new Tool(Surroundings.OfProcess()).RunAsync(args, interruption.Token);
