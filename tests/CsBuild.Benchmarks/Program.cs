using BenchmarkDotNet.Running;
using CsBuild.Benchmarks;

if (args is ["quick"])
    QuickMeasure.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(DockerfileBenchmarks).Assembly).Run(args);
