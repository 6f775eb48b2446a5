using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;
using CsBuild.Linux;

// A step's first process is this program again; it must not begin like the tool.
if (OperatingSystem.IsLinux() && SandboxInit.TryRun(args))
    return ExitCode.Success;
if (args is ["--version"])
{
    Console.Out.WriteLine("csbuild " + ToolVersion.Text);
    return ExitCode.Success;
}
// A look at files can be ended as any small tool: it leaves nothing behind.
using var interruption = args is ["check", ..] && !args.Contains("--fix") ? null : new Interruption();
return new Tool(Surroundings.OfProcess()).RunAsync(args, interruption?.Token ?? default).GetAwaiter().GetResult();
