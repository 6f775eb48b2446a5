using System.CommandLine;
using System.Runtime.Versioning;
using System.Text;
using CsBuild.Cli.Outside;
using CsBuild.Linux;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild doctor</c>: how RUN steps will run on this machine, and what would make it better.</summary>
internal sealed class DoctorCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<string[]> _format = Flags.Last("--format", null, "table or json");

    public Command Create()
    {
        var command = new Command("doctor", "Say how RUN steps will run on this machine, and what would make it better") { _format };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var asJson = JsonLines.IsAsked(Flags.Value(parsed, _format));
        if (!OperatingSystem.IsLinux())
            throw new SandboxException("RUN steps need Linux", "builds without RUN work here");
        var report = await ExamineAsync(shared.Root(parsed, around), cancellationToken);
        if (asJson)
            around.Output.WriteLine(Json(report));
        else
            Write(report);
        return report.Rung is null ? ExitCode.Sandbox : ExitCode.Success;
    }

    [SupportedOSPlatform("linux")]
    private static Task<MachineReport> ExamineAsync(string root, CancellationToken cancellationToken)
    {
        var store = ImageStore.Open(root);
        return MachineExamination.RunAsync(new SandboxHost(store.Root, store.Layers), new LinuxSandboxOptions(), cancellationToken);
    }

    [SupportedOSPlatform("linux")]
    private void Write(MachineReport report)
    {
        around.Output.WriteLine("RUN steps: " + (report.Rung ?? "not possible here"));
        foreach (var finding in report.Findings)
        {
            around.Output.WriteLine($"{(finding.IsGood ? "ok  " : "no  ")}{finding.Name}: {finding.Text}");
            if (finding.Remedy is not null)
                around.Output.WriteLine($"      better with: {finding.Remedy}");
        }
    }

    [SupportedOSPlatform("linux")]
    private static string Json(MachineReport report)
    {
        using var stream = new MemoryStream();
        using (var json = JsonLines.Writer(stream, indented: true))
        {
            json.WriteStartObject();
            json.WriteBoolean("possible", report.Rung is not null);
            json.WriteString("isolation", report.Rung);
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("name", finding.Name);
                json.WriteBoolean("good", finding.IsGood);
                json.WriteString("text", finding.Text);
                json.WriteString("remedy", finding.Remedy);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
