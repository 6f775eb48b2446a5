using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using CsBuild.Linux;
using CsBuild.Sandboxing;

namespace CsBuild.Benchmarks;

/// <summary>What one <c>RUN true</c> of a build with thirty costs, part by part: medians, and processor time of all processes. Needs root and a busybox.</summary>
[SupportedOSPlatform("linux")]
internal sealed class StepCosts : IProgress<BuildEvent>
{
    private const int Steps = 30;
    private const int Builds = 12;

    private static readonly (string Part, string Meaning)[] Parts =
    [
        ("prepare", "layers looked up, a run folder made"),
        ("thread", "pipes, control group, two threads"),
        ("mount", "namespaces, overlay, /dev, /sys, network files"),
        ("start", "the first process, until it is confined"),
        ("command", "the command, until all of the step is gone"),
        ("unmount", "the root let go, mount points removed"),
        ("end", "the namespaces' end, the last of the output"),
        ("difference", "a read-only overlay, the upper directory compared"),
        ("commit", "the layer put into the store and kept unpacked"),
        ("clear", "the run folder removed"),
    ];

    private readonly Dictionary<string, List<double>> _measured = Parts.ToDictionary(part => part.Part, _ => new List<double>(), StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Builds and prints the table.</summary>
    /// <param name="init">A published tool, whose start is that of users; null: this program, which is compiled while it runs.</param>
    public static async Task RunAsync(string? init)
    {
        var busybox = new[] { "/bin/busybox", "/usr/bin/busybox" }.FirstOrDefault(File.Exists);
        if (!Environment.IsPrivilegedProcess || busybox is null)
        {
            Console.WriteLine("not measured: this needs root and busybox");
            return;
        }
        var root = Directory.CreateTempSubdirectory("csbuild-steps-").FullName;
        try
        {
            await new StepCosts().MeasureAsync(root, busybox, init);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    public void Report(BuildEvent value)
    {
    }

    private async Task MeasureAsync(string root, string busybox, string? init)
    {
        Directory.CreateDirectory(root + "/context");
        File.Copy(busybox, root + "/context/sh");
        File.SetUnixFileMode(root + "/context/sh", (UnixFileMode)0x1ED);
        var options = new ImageBuilderOptions
        {
            Root = root + "/store",
            Sandbox = host => new LinuxSandbox(host, new LinuxSandboxOptions { InitCommand = init is null ? null : [init], Isolation = Isolation.Overlay, Measured = Add }),
        };
        var whole = new List<double>();
        var processor = 0.0;
        await using (var builder = ImageBuilder.Create(options))
        {
            for (var i = 0; i <= Builds; i++)
            {
                // each from another file: nothing is cached, and the layers below are many as in a real build
                File.WriteAllText(root + "/context/n", i.ToString(CultureInfo.InvariantCulture));
                var (before, start) = (ProcessorTime(), Stopwatch.GetTimestamp());
                await builder.BuildAsync(Request(root), this);
                if (i > 0)
                {
                    whole.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / Steps);
                    processor += (ProcessorTime() - before) / Steps / Builds;
                }
                else
                {
                    // the first is compiled meanwhile
                    lock (_gate)
                        foreach (var times in _measured.Values)
                            times.Clear();
                }
            }
        }
        Print(whole, processor);
    }

    private static BuildRequest Request(string root) => new()
    {
        Context = new BuildContext.Directory(root + "/context"),
        Dockerfile = new DockerfileSource.Text("FROM scratch\nCOPY sh /bin/sh\nCOPY sh /bin/true\nCOPY n /n\n" + string.Concat(Enumerable.Repeat("RUN true\n", Steps))),
        Network = SandboxNetwork.None,
    };

    private void Print(List<double> whole, double processor)
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"One RUN true of {Steps}, {Builds} builds, {Environment.ProcessorCount} processors, load {load}\n\n| part | least ms | median | mean | what |\n|---|---|---|---|---|"));
        var sum = 0.0;
        foreach (var (part, meaning) in Parts)
        {
            var times = _measured[part].Order().ToArray();
            sum += times.Average();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {part} | {times[0]:0.00} | {times[times.Length / 2]:0.00} | {times.Average():0.00} | {meaning} |"));
        }
        whole.Sort();
        // medians cannot be added, means can
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the rest | | | {whole.Average() - sum:0.00} | the engine: keys, records, events; the builds' beginnings and ends, shared by {Steps} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | {whole[0]:0.00} | {whole[whole.Count / 2]:0.00} | {whole.Average():0.00} | processor time of all processes {processor:0.00} ms |"));
    }

    private void Add(string part, TimeSpan took)
    {
        lock (_gate)
            _measured[part].Add(took.TotalMilliseconds);
    }

    /// <summary>Milliseconds, of this process and of those that it waited for: proc(5), in hundredths of a second.</summary>
    private static double ProcessorTime()
    {
        var words = File.ReadAllText("/proc/self/stat").Split(") ", 2)[1].Split(' ');
        return words[11..15].Sum(word => double.Parse(word, CultureInfo.InvariantCulture)) * 10;
    }
}
