using BenchmarkDotNet.Running;
using CsBuild.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(DockerfileBenchmarks).Assembly).Run(args);
