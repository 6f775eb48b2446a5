using CsBuild;
using CsBuild.Linux;
using CsBuild.Oci.Model;

// A RUN step starts this very program again inside its sandbox; then this call does not return.
if (OperatingSystem.IsLinux() && SandboxInit.TryRun(args))
    return 0;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: BuildFromCode CONTEXT-DIRECTORY OUTPUT.tar");
    return 2;
}

await using var builder = ImageBuilder.Create(new ImageBuilderOptions
{
    Root = Path.Combine(Path.GetTempPath(), $"build-from-code-{Environment.UserName}"),
    Sandbox = OperatingSystem.IsLinux() ? LinuxSandbox.Create : null,
});

var result = await builder.BuildAsync(
    new BuildRequest
    {
        Context = new BuildContext.Directory(args[0]),
        Tags = [ImageReference.Parse("from-code:1.0")],
        Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(args[1]))],
    },
    new Steps());

Console.WriteLine($"{result.Image.Digest}: {result.StepsRun} steps ran, {result.StepsCached} were cached");
return 0;

/// <summary>Prints a line for each step. Events come one at a time and in order.</summary>
internal sealed class Steps : IProgress<BuildEvent>
{
    public void Report(BuildEvent value)
    {
        if (value is StepStarted started)
            Console.Error.WriteLine(started.Name);
    }
}
