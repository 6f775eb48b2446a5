using BenchmarkDotNet.Running;
using CsBuild.Benchmarks;
using CsBuild.Linux;

// the first process of a step that is measured is this program
if (OperatingSystem.IsLinux() && SandboxInit.TryRun(args))
    return;
if (args is ["quick"])
    QuickMeasure.Run();
else if (args is ["steps", ..] && OperatingSystem.IsLinux())
    await StepCosts.RunAsync(args.ElementAtOrDefault(1));
else
    BenchmarkSwitcher.FromAssembly(typeof(DockerfileBenchmarks).Assembly).Run(args);
