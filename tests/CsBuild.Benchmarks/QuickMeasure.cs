using System.Diagnostics;
using System.Globalization;

namespace CsBuild.Benchmarks;

/// <summary>The same measurements in seconds, for a machine that does other things too: the shortest of many, and processor time.</summary>
internal static class QuickMeasure
{
    private const int Rounds = 300;

    public static void Run()
    {
        foreach (var lines in (int[])[1_000, 10_000])
        {
            var benchmarks = new DockerfileBenchmarks { Lines = lines };
            benchmarks.Write();
            Measure($"parse        {lines,6} lines", () => benchmarks.Parse());
            Measure($"parse + lint {lines,6} lines", () => (object)benchmarks.ParseAndLint());
            Measure($"print        {lines,6} lines", () => benchmarks.Print());
        }
    }

    private static void Measure(string name, Func<object> work)
    {
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < Rounds; i++)
            _ = work();
        var (before, allocated) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = work();
            var took = Stopwatch.GetElapsedTime(start);
            shortest = took < shortest ? took : shortest;
        }
        var cpu = (Environment.CpuUsage.TotalTime - before) / Rounds;
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: shortest {shortest.TotalMilliseconds:0.00} ms, processor {cpu.TotalMilliseconds:0.00} ms, {bytes / 1024} KiB"));
    }
}
