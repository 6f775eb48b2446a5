using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>The instructions of one stage.</summary>
internal sealed class StagePractice(LintRun run, Stage stage, bool hasWorkdir)
{
    private static readonly string[] Archives = [".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".tzst", ".Z", ".lzma"];

    private readonly HashSet<string> _set = new(StringComparer.Ordinal);
    private readonly RunPractice _run = new(run);
    private bool _hasWorkdir = hasWorkdir;
    private Instruction? _before;

    public void Check()
    {
        foreach (var instruction in stage.Instructions)
        {
            CheckOne(instruction);
            _before = instruction;
        }
    }

    private void CheckOne(Instruction instruction)
    {
        switch (instruction)
        {
            case RunInstruction command:
                if (_before is RunInstruction previous && previous.Mounts.Count == 0 && command.Mounts.Count == 0)
                    run.Sink.Report(OwnRules.ConsecutiveRun, "This RUN follows another one: together they would make one layer", command);
                _run.Check(command, _set);
                break;
            case ShellInstruction shell:
                _run.UseShell(shell);
                break;
            case EnvInstruction env:
                CheckEnv(env);
                break;
            case ArgInstruction argument:
                foreach (var declared in argument.Arguments)
                    _set.Add(declared.Name);
                break;
            case LabelInstruction label:
                CheckLabels(label);
                break;
            case WorkdirInstruction:
                _hasWorkdir = true;
                break;
            case UserInstruction user when user.User.Text.Split(':')[0] is { Length: > 0 } name && name[0] != '$' && !name.All(char.IsAsciiDigit) && name != "root":
                run.Sink.Report(OwnRules.UserByName, $"USER {name} is a name: whether it is root cannot be seen from outside", user);
                break;
            case FileInstruction file:
                CheckFiles(file);
                break;
        }
    }

    private void CheckEnv(EnvInstruction env)
    {
        HashSet<string>? here = null;
        foreach (var variable in env.Variables)
            if (variable.Value.Text.Contains('$', StringComparison.Ordinal))
                CheckReferences(env, variable, here ??= env.Variables.Select(v => v.Key.Text).ToHashSet(StringComparer.Ordinal));
        foreach (var variable in env.Variables)
            _set.Add(variable.Key.Text);
    }

    private void CheckReferences(EnvInstruction env, KeyValue variable, HashSet<string> here)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            run.Expander.Expand(variable.Value.Text, _ => null, asked);
        }
        catch (Expansion.ExpansionException)
        {
            return; // reported where it is an error
        }
        foreach (var name in asked.Where(n => n != variable.Key.Text && here.Contains(n) && !_set.Contains(n)))
            run.Sink.Report(OwnRules.EnvSelfReference, $"${name} has no value yet: it is set by the same ENV", env);
    }

    private void CheckLabels(LabelInstruction label)
    {
        foreach (var pair in label.Labels)
        {
            var key = pair.Key.Text.Trim('"');
            if (!key.Contains('$', StringComparison.Ordinal) && (key.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_' or '/')) || key.Length == 0))
                run.Sink.Report(OwnRules.LabelKey, $"The key of the label {key} should be lower case letters, digits, dots and dashes", label);
            var value = pair.Value.Text.Trim('"', '\'');
            if (run.Options.Config.Labels.TryGetValue(key, out var form) && !value.Contains('$', StringComparison.Ordinal) && !LabelForms.Matches(form, value))
                run.Sink.Report(OwnRules.LabelForm, $"The label {key} should be {FormText(form)}: {value}", label);
        }
    }

    private void CheckFiles(FileInstruction file)
    {
        var destination = file.Destination.Text;
        var count = file.Sources.Count + file.Heredocs.Count;
        if (count > 1 && !destination.EndsWith('/') && destination is not ("." or "..") && !destination.Contains('$', StringComparison.Ordinal))
        {
            run.Sink.Report(OwnRules.CopyManyNeedsSlash, $"{count} sources need a directory as their destination: {destination}/", file, file.Destination.Span,
                destination.AsSpan().IndexOfAny("\"'\\`<") < 0 ? new LintFix(file.Destination.Span, destination + "/") : null);
        }
        if (!_hasWorkdir && !destination.StartsWith('/') && !destination.StartsWith('$') && destination is not [_, ':', ..])
            run.Sink.Report(OwnRules.CopyWithoutWorkdir, $"Where {destination} is depends on the base image: there is no WORKDIR before", file, file.Destination.Span);
        if (file is CopyInstruction { From: { } from } copy)
            CheckFrom(copy, from);
        else if (file is AddInstruction add)
            CheckAdd(add);
    }

    private void CheckFrom(CopyInstruction copy, Word from)
    {
        var name = from.Text;
        var isStage = run.File.Stages.Any(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase)) || name.All(char.IsAsciiDigit);
        if (!isStage && name.AsSpan().IndexOfAny("/:@$") < 0 && !run.Options.NamedContexts.Contains(name))
            run.Sink.Report(OwnRules.CopyFromUnknownStage, $"{name} is no stage of this file: it means the image docker.io/library/{name}:latest", copy, from.Span);
        if (isStage && copy.Sources is [{ Text: "/" or "/." or "." }] && copy.Destination.Text is "/" && stage.From.Image.Text != "scratch")
            run.Sink.Report(OwnRules.CopyWholeStage, $"All of {name} is copied over what is there", copy);
    }

    private void CheckAdd(AddInstruction add)
    {
        var isPlain = add is { Checksum: null, KeepGitDir: null, Unpack: null } && add.Sources.Count > 0
            && add.Sources.All(s => !CopyRules.IsRemote(s.Text) && !s.Text.Contains('$', StringComparison.Ordinal) && !Archives.Any(a => s.Text.EndsWith(a, StringComparison.OrdinalIgnoreCase))
                && s.Text.AsSpan().IndexOfAny("*?[") < 0);
        if (!isPlain)
            return;
        // What has no ending may still be an archive.
        var isSure = add.Sources.All(s => s.Text is "." or "./" || Path.HasExtension(s.Text.TrimEnd('/')));
        var word = SourceText.KeywordOf(add);
        var span = add.Span with { EndLine = add.Span.StartLine, EndColumn = add.Span.StartColumn + word.Length };
        run.Sink.Report(OwnRules.AddForFiles, "ADD of files that are no archives: COPY does that, and nothing else", add,
            isSure ? new LintFix(span, char.IsLower(word[0]) ? "copy" : "COPY") : null);
    }

    private static string FormText(LabelForm form) => form switch
    {
        LabelForm.Url => "an address",
        LabelForm.Rfc3339 => "a date and time (RFC 3339)",
        LabelForm.Spdx => "a licence (SPDX)",
        LabelForm.Hash => "a commit",
        LabelForm.Semver => "a semantic version",
        LabelForm.Email => "a mail address",
        _ => "a text",
    };
}
