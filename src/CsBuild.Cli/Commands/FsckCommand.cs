using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild fsck</c>: reads the whole store and says what is damaged. Builds notice damage by themselves; this looks for it.</summary>
internal sealed class FsckCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<bool> _repair = Flags.Switch("--repair", null, "remove what is damaged, so that the next build or pull makes it anew");
    private readonly Option<bool> _deep = Flags.Switch("--deep", null, "also read every file of the unpacked layers");

    public Command Create()
    {
        var command = new Command("fsck", "Check the store: blobs, indexes, records, images, unpacked layers") { _repair, _deep };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = new CheckOptions { Repair = parsed.GetValue(_repair), Deep = parsed.GetValue(_deep) };
        var check = await Storage.Open(shared.Root(parsed, around)).CheckAsync(options, cancellationToken);
        foreach (var problem in check.Problems)
            around.Output.WriteLine(ControlText.OneLine($"{problem.Subject} {problem.Message}{(problem.IsRepaired ? " (removed)" : "")}"));
        around.Error.WriteLine($"{check.Files} files, {Elapsed.Size(check.Bytes)}: {(check.Problems.Count == 0 ? "sound" : $"{check.Problems.Count} problems, {check.Problems.Count(p => p.IsRepaired)} removed")}");
        if (!check.IsSound && !options.Repair)
            around.Error.WriteLine("hint: csbuild fsck --repair removes what is damaged; the next build makes it anew");
        return check.IsSound ? ExitCode.Success : ExitCode.Store;
    }
}
