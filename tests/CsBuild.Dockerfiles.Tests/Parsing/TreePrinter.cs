using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>A Dockerfile as indented text, all members and spans included.</summary>
internal static class TreePrinter
{
    public static string Print(Dockerfile file)
    {
        var output = new StringBuilder();
        var directives = file.Directives;
        output.Append($"escape {directives.Escape} syntax {directives.Syntax ?? "-"} check {Show(directives.Check)}\n");
        foreach (var warning in file.Warnings)
            output.Append($"{warning.Severity} {warning.Id} {warning.Span}-{warning.Span.EndLine}:{warning.Span.EndColumn} {warning.Message}\n");
        foreach (var arg in file.GlobalArgs)
            output.Append("global ").Append(Print(arg));
        foreach (var stage in file.Stages)
        {
            output.Append($"stage {stage.Index} {stage.Name ?? "-"}\n").Append(Print(stage.From));
            foreach (var instruction in stage.Instructions)
                output.Append(Print(instruction));
        }
        return output.ToString();
    }

    public static string Print(Instruction instruction)
    {
        var output = new StringBuilder();
        output.Append($"{instruction.Keyword} {instruction.Span}-{instruction.Span.EndLine}:{instruction.Span.EndColumn} {Quote(instruction.Text)}\n");
        foreach (var comment in instruction.Comments)
            output.Append($"  comment {Show(comment)}\n");
        foreach (var (name, value) in Members(instruction))
        {
            if (value is not null)
                output.Append($"  {name} {value}\n");
        }
        return output.ToString();
    }

    private static IEnumerable<(string, string?)> Members(Instruction instruction) => instruction switch
    {
        FromInstruction i => [("image", Show(i.Image)), ("name", i.Name), ("platform", Show(i.Platform))],
        RunInstruction i =>
        [
            ("command", Show(i.Command)), ("script", i.Script is null ? null : Show(i.Script)), .. i.Mounts.Select(m => ("mount", (string?)Show(m))),
            ("network", i.Network), ("security", i.Security), .. i.Devices.Select(d => ("device", Show(d)))
        ],
        FileInstruction i => FileMembers(i),
        EnvInstruction i => i.Variables.Select(v => ("pair", (string?)Show(v))),
        LabelInstruction i => i.Labels.Select(v => ("pair", (string?)Show(v))),
        ArgInstruction i => i.Arguments.Select(a => ("arg", (string?)$"{a.Name} {Show(a.Default) ?? "-"}")),
        CmdInstruction i => [("command", Show(i.Command))],
        EntrypointInstruction i => [("command", Show(i.Command))],
        ShellInstruction i => [("shell", Show(i.Arguments))],
        ExposeInstruction i => i.Ports.Select(p => ("port", (string?)Show(p))),
        VolumeInstruction i => i.Paths.Select(p => ("path", (string?)Show(p))),
        UserInstruction i => [("user", Show(i.User))],
        WorkdirInstruction i => [("path", Show(i.Path))],
        StopsignalInstruction i => [("signal", Show(i.Signal))],
        MaintainerInstruction i => [("name", Quote(i.Name))],
        HealthcheckInstruction i =>
        [
            ("test", Show(i.Test)), ("interval", i.Interval?.ToString()), ("timeout", i.Timeout?.ToString()),
            ("start-period", i.StartPeriod?.ToString()), ("start-interval", i.StartInterval?.ToString()), ("retries", i.Retries == 0 ? null : i.Retries.ToString())
        ],
        OnbuildInstruction i => [("trigger", Quote(i.Trigger))],
        _ => throw new InvalidOperationException(instruction.GetType().Name),
    };

    private static IEnumerable<(string, string?)> FileMembers(FileInstruction i) =>
    [
        .. i.Sources.Select(s => ("source", Show(s))), .. i.Heredocs.Select(h => ("heredoc", (string?)Show(h))), ("destination", Show(i.Destination)),
        ("chown", Show(i.Chown)), ("chmod", Show(i.Chmod)), ("link", i.Link ? "yes" : null), .. i.Exclude.Select(e => ("exclude", Show(e))),
        .. i switch
        {
            CopyInstruction c => (IEnumerable<(string, string?)>)[("from", Show(c.From)), ("parents", c.Parents ? "yes" : null)],
            AddInstruction a => [("checksum", Show(a.Checksum)), ("keep-git-dir", a.KeepGitDir?.ToString()), ("unpack", a.Unpack?.ToString())],
            _ => [],
        }
    ];

    private static string Show(CheckOptions? check) => check is null ? "-"
        : $"skip {(check.SkipAll ? "all" : Show(check.Skip))} experimental {(check.ExperimentalAll ? "all" : Show(check.Experimental))} error {check.Error}";

    private static string Show(CommandLine command) => command switch
    {
        CommandLine.Exec exec => "exec " + Show(exec.Arguments),
        CommandLine.Shell shell => "shell " + Quote(shell.Text),
        _ => throw new InvalidOperationException(),
    };

    private static string Show(Heredoc heredoc) =>
        $"{heredoc.Name} fd {heredoc.FileDescriptor}{(heredoc.Expand ? " expand" : "")}{(heredoc.StripTabs ? " tabs" : "")} {Quote(heredoc.Body)}";

    private static string Show(RunMount m) =>
        $"{Show(m.Options)} {m.Type} target {m.Target ?? "-"} source {m.Source ?? "-"} from {m.From ?? "-"} {(m.ReadOnly ? "ro" : "rw")} id {m.Id ?? "-"} "
        + $"{m.Sharing} mode {(m.Mode is { } mode ? Convert.ToString(mode, 8) : "-")} uid {m.Uid?.ToString() ?? "-"} gid {m.Gid?.ToString() ?? "-"} "
        + $"size {m.Size?.ToString() ?? "-"} env {m.Env ?? "-"}{(m.Required ? " required" : "")}";

    private static string Show(KeyValue pair) => $"{Show(pair.Key)} = {Show(pair.Value)}{(pair.Spaced ? " spaced" : "")}";

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(word))]
    private static string? Show(Word? word)
    {
        if (word is null)
            return null;
        var span = word.Span;
        return $"{Quote(word.Text)}@{span}-{(span.EndLine == span.StartLine ? "" : span.EndLine + ":")}{span.EndColumn}";
    }

    private static string Show(IEnumerable<string> words) => string.Join(" ", words.Select(Quote));

    private static string Quote(string text) =>
        "«" + text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t") + "»";
}
