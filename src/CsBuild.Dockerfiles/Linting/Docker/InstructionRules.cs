using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>The instructions of one stage in order: what is wrong with each, and what holds after it.</summary>
internal sealed class InstructionRules(LintRun run, StageFacts facts, GlobalValues globals)
{
    private readonly Func<string, string?> _lookup = facts.Values.Lookup;

    public void Apply(Instruction instruction)
    {
        try
        {
            ApplyOne(instruction);
        }
        catch (ExpansionException e) when (e.Unset is not null && !facts.IsBaseKnown)
        {
            Assume(instruction); // the base image may set it: nobody here knows
        }
        catch (ExpansionException e)
        {
            run.Sink.Fail(e.Message, instruction.Span);
            Assume(instruction);
        }
    }

    // What follows is not wrong because this is.
    private void Assume(Instruction instruction)
    {
        if (instruction is EnvInstruction env)
            foreach (var variable in env.Variables)
                facts.Values.Set(variable.Key.Text, variable.Value.Text);
        else if (instruction is ArgInstruction argument)
            facts.Declared.UnionWith(argument.Arguments.Select(a => a.Name));
    }

    private void ApplyOne(Instruction instruction)
    {
        switch (instruction)
        {
            case EnvInstruction env:
                ApplyEnv(env);
                break;
            case LabelInstruction label:
                Expand(instruction, label.Labels);
                CheckForm(instruction, label.Labels);
                break;
            case ArgInstruction argument:
                foreach (var declaration in argument.Arguments)
                    ApplyArg(argument, declaration);
                break;
            case FileInstruction file:
                ApplyFile(file);
                break;
            case RunInstruction command:
                foreach (var mount in command.Mounts)
                    MountOptions.Expand(mount, text => Expand(instruction, text));
                break;
            case WorkdirInstruction workdir:
                ApplyWorkdir(workdir);
                break;
            case UserInstruction user:
                Expand(instruction, user.User.Text);
                break;
            case VolumeInstruction volume:
                foreach (var path in volume.Paths)
                    Expand(instruction, path.Text);
                break;
            case StopsignalInstruction signal:
                var value = Expand(instruction, signal.Signal.Text);
                if (!SignalName.IsKnown(value))
                    run.Sink.Fail($"invalid signal: {value}", instruction.Span);
                break;
            case ExposeInstruction expose:
                PortRules.Check(run, facts, expose);
                break;
            case ShellInstruction:
                facts.HasShell = true;
                break;
            case CmdInstruction cmd:
                CheckCommand(cmd, cmd.Command);
                break;
            case EntrypointInstruction entrypoint:
                CheckCommand(entrypoint, entrypoint.Command);
                break;
            case HealthcheckInstruction:
                CheckOnce(instruction);
                break;
        }
    }

    private void ApplyEnv(EnvInstruction env)
    {
        // All of one instruction see the variables as they were before it.
        var expanded = Expand(env, env.Variables);
        CheckForm(env, env.Variables);
        foreach (var (name, value) in expanded)
        {
            CheckSecret(env, "ENV", name);
            facts.Values.Set(name, value);
        }
    }

    private void ApplyArg(ArgInstruction instruction, ArgDeclaration argument)
    {
        CheckSecret(instruction, "ARG", argument.Name);
        string? value;
        if (run.Options.BuildArgs.TryGetValue(argument.Name, out var given))
            value = given;
        else
            value = argument.Default is { } text ? facts.Counted(Expand(instruction, text.Text)) : globals.Lookup(argument.Name);
        if (value is not null)
            facts.Values.Set(argument.Name, value);
        facts.Declared.Add(argument.Name);
    }

    private void ApplyFile(FileInstruction file)
    {
        foreach (var word in (ReadOnlySpan<Word?>)[file.Chown, file.Chmod, (file as AddInstruction)?.Checksum])
            if (word is { } flag)
                Expand(file, flag.Text);
        foreach (var source in file.Sources)
            CopyRules.CheckSource(run, file, Expand(file, source.Text));
        Expand(file, file.Destination.Text);
        var unset = new HashSet<string>(StringComparer.Ordinal);
        foreach (var heredoc in file.Heredocs)
        {
            if (!heredoc.Expand)
                continue;
            unset.Clear();
            WordExpander.ExpandHeredoc(heredoc.Body, _lookup, unset);
            ReportUnset(file, unset);
        }
    }

    private void ApplyWorkdir(WorkdirInstruction workdir)
    {
        var path = Expand(workdir, workdir.Path.Text);
        if (!facts.HasWorkdir && !IsAbsolute(path))
            run.Sink.Report(BuildKitRules.WorkdirRelativePath, $"Relative workdir {GoQuoted.Of(path)} can have unexpected results if the base image changes", workdir);
        facts.HasWorkdir = true;
    }

    private bool IsAbsolute(string path) => facts.Os == "windows"
        ? path is [_, ':', '\\' or '/', ..] or ['\\' or '/', ..]
        : path.StartsWith('/');

    private void CheckCommand(Instruction instruction, CommandLine command)
    {
        CheckOnce(instruction);
        if (command is CommandLine.Shell && !facts.HasShell)
            run.Sink.Report(BuildKitRules.JSONArgsRecommended,
                $"JSON arguments recommended for {SourceText.KeywordOf(instruction)} to prevent unintended behavior related to OS signals", instruction);
    }

    // The earlier one is the one without an effect.
    private void CheckOnce(Instruction instruction)
    {
        if (facts.Last.TryGetValue(instruction.Keyword, out var earlier))
            run.Sink.Report(BuildKitRules.MultipleInstructionsDisallowed,
                $"Multiple {SourceText.KeywordOf(instruction)} instructions should not be used in the same stage because only the last one will be used", instruction, earlier.Span);
        facts.Last[instruction.Keyword] = instruction;
    }

    private void CheckForm(Instruction instruction, IReadOnlyList<KeyValue> pairs)
    {
        foreach (var pair in pairs)
            if (pair.Spaced)
                ReportLegacy(instruction, pair);
    }

    private void ReportLegacy(Instruction instruction, KeyValue pair)
    {
        var word = SourceText.KeywordOf(instruction);
        run.Sink.Report(BuildKitRules.LegacyKeyValueFormat,
            $"\"{word} key=value\" should be used instead of legacy \"{word} key value\" format", instruction, LegacyForm.FixOf(run, instruction, pair));
    }

    private void CheckSecret(Instruction instruction, string keyword, string name)
    {
        if (SecretNames.Matches(name))
            run.Sink.Report(BuildKitRules.SecretsUsedInArgOrEnv, $"Do not use ARG or ENV instructions for sensitive data ({keyword} {GoQuoted.Of(name)})", instruction);
    }

    private KeyValuePair<string, string>[] Expand(Instruction instruction, IReadOnlyList<KeyValue> pairs)
    {
        var expanded = new KeyValuePair<string, string>[pairs.Count];
        for (var i = 0; i < expanded.Length; i++)
            expanded[i] = new(facts.Counted(Expand(instruction, pairs[i].Key.Text)), facts.Counted(Expand(instruction, pairs[i].Value.Text)));
        return expanded;
    }

    private string Expand(Instruction instruction, string text)
    {
        var unset = text.AsSpan().IndexOf('$') < 0 ? null : new HashSet<string>(StringComparer.Ordinal);
        try
        {
            return run.Expander.Expand(text, _lookup, unset);
        }
        catch (ExpansionException e)
        {
            throw Failed(text, e);
        }
        finally
        {
            if (unset is not null)
                ReportUnset(instruction, unset);
        }
    }

    // In BuildKit's words.
    private static ExpansionException Failed(string text, ExpansionException e) => new($"failed to process {GoQuoted.Of(text)}: {e.Message}", e.Unset);

    private void ReportUnset(Instruction instruction, HashSet<string> unset)
    {
        foreach (var name in unset)
        {
            if (facts.Declared.Contains(name))
                continue;
            var near = run.Spelling.Nearest(name, facts.Values.Names);
            // An image that we know nothing of may well set the variable; a name that is nearly one of the file's is a slip all the same.
            if (facts.IsBaseKnown || (near is not null && near != "PATH" && name.Length > 3))
                run.Sink.Report(BuildKitRules.UndefinedVar,
                    $"Usage of undefined variable '${name}'" + (near is null ? "" : $" (did you mean ${near}?)"), instruction);
        }
    }
}
