using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// Writes files and instructions as text that the parser reads back as the same: words, flags, bodies and comments above
/// instructions. The layout is not kept: an instruction stands on one line, unless that would be too long, and comments
/// inside of it are gone. For trees that come from the parser; one made by hand can hold what no text says.
/// </summary>
public static class DockerfilePrinter
{
    /// <summary>A whole file, with <c>\n</c> at the end of each line.</summary>
    public static string Print(Dockerfile file)
    {
        var output = new StringBuilder();
        var first = file.GlobalArgs.Count > 0 ? (Instruction)file.GlobalArgs[0] : file.Stages[0].From;
        DirectivePrinter.Append(output, file.Directives, isCommentNext: first.Comments.Count > 0);
        foreach (var arg in file.GlobalArgs)
            Append(output, arg, file.Directives.Escape);
        foreach (var stage in file.Stages)
        {
            if (stage.Index > 0 || file.GlobalArgs.Count > 0)
                output.Append('\n');
            Append(output, stage.From, file.Directives.Escape);
            foreach (var instruction in stage.Instructions)
                Append(output, instruction, file.Directives.Escape);
        }
        return output.ToString();
    }

    /// <summary>One instruction, without the comments above it and without a line end after it.</summary>
    /// <param name="instruction">From the parser.</param>
    /// <param name="escape">The escape character of the file that the text is for.</param>
    public static string Print(Instruction instruction, char escape = '\\')
    {
        var text = new InstructionWriter(instruction.Keyword, escape);
        Write(text, instruction);
        return text.ToString();
    }

    private static void Append(StringBuilder output, Instruction instruction, char escape)
    {
        foreach (var comment in instruction.Comments)
            output.Append("# ").Append(comment.Text).Append('\n');
        output.Append(Print(instruction, escape)).Append('\n');
    }

    private static void Write(InstructionWriter text, Instruction instruction)
    {
        switch (instruction)
        {
            case FromInstruction i:
                text.Flag("platform", i.Platform);
                text.Words([i.Image.Text, .. i.Name is null ? (string[])[] : ["AS", i.Name]]);
                break;
            case RunInstruction i:
                Write(text, i);
                break;
            case FileInstruction i:
                Write(text, i);
                break;
            case EnvInstruction i:
                text.Words(i.Variables.Select(Pair));
                break;
            case LabelInstruction i:
                text.Words(i.Labels.Select(Pair));
                break;
            case ArgInstruction i:
                text.Words(i.Arguments.Select(a => a.Default is { } value ? $"{a.Name}={value.Text}" : a.Name));
                break;
            case CmdInstruction i:
                text.Command(i.Command);
                break;
            case EntrypointInstruction i:
                text.Command(i.Command);
                break;
            case ShellInstruction i:
                text.Json(i.Arguments);
                break;
            case HealthcheckInstruction i:
                Write(text, i);
                break;
            case ExposeInstruction i:
                text.Words(i.Ports.Select(p => p.Text));
                break;
            case VolumeInstruction i:
                text.WordsOrJson([.. i.Paths.Select(p => p.Text)]);
                break;
            case UserInstruction i:
                text.Words([i.User.Text]);
                break;
            case WorkdirInstruction i:
                text.Words([i.Path.Text]);
                break;
            case StopsignalInstruction i:
                text.Words([i.Signal.Text]);
                break;
            case MaintainerInstruction i:
                text.Words([i.Name]);
                break;
            case OnbuildInstruction i:
                text.Raw(i.Trigger);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void Write(InstructionWriter text, RunInstruction run)
    {
        foreach (var mount in run.Mounts)
            text.Flag("mount", mount.Options);
        text.Flag("network", run.Network);
        text.Flag("security", run.Security);
        foreach (var device in run.Devices)
            text.Flag("device", device);
        if (run.Script is { } script)
            text.Heredocs([script]);
        else
            text.Command(run.Command);
    }

    private static void Write(InstructionWriter text, FileInstruction file)
    {
        var copy = file as CopyInstruction;
        var add = file as AddInstruction;
        text.Flag("from", copy?.From);
        text.Flag("checksum", add?.Checksum);
        text.Flag("chown", file.Chown);
        text.Flag("chmod", file.Chmod);
        text.Switch("link", file.Link ? true : null);
        text.Switch("parents", copy is { Parents: true } ? true : null);
        text.Switch("keep-git-dir", add?.KeepGitDir);
        text.Switch("unpack", add?.Unpack);
        foreach (var pattern in file.Exclude)
            text.Flag("exclude", pattern);
        if (file.Heredocs.Count == 0)
            text.WordsOrJson([.. file.Sources.Select(s => s.Text), file.Destination.Text]);
        else
            text.Files(file.Sources, file.Heredocs, file.Destination.Text);
    }

    private static void Write(InstructionWriter text, HealthcheckInstruction check)
    {
        text.Flag("interval", GoDuration.Print(check.Interval));
        text.Flag("timeout", GoDuration.Print(check.Timeout));
        text.Flag("start-period", GoDuration.Print(check.StartPeriod));
        text.Flag("start-interval", GoDuration.Print(check.StartInterval));
        text.Flag("retries", check.Retries == 0 ? null : check.Retries.ToString(System.Globalization.CultureInfo.InvariantCulture));
        text.Raw(check.Test[0] == "NONE" ? "NONE" : "CMD");
        if (check.Test[0] == "CMD")
            text.Json([.. check.Test.Skip(1)]);
        else if (check.Test.Count > 1)
            text.Raw(check.Test[1]);
    }

    private static string Pair(KeyValue pair) => $"{pair.Key.Text}{(pair.Spaced ? ' ' : '=')}{pair.Value.Text}";
}
