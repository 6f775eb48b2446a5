using System.Diagnostics;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Execution.Steps;

/// <summary>The instructions that only change the image config: no layer, no key, no step in the progress output.</summary>
internal static class ConfigStep
{
    /// <summary>True for the instructions that <see cref="Apply"/> takes.</summary>
    public static bool Takes(Instruction instruction) =>
        instruction is not (RunInstruction or FileInstruction or WorkdirInstruction or FromInstruction);

    /// <summary>The state after <paramref name="instruction"/>.</summary>
    /// <exception cref="BuildException">It is wrong, or the config becomes larger than one that can be read.</exception>
    public static StageState Apply(StageState state, Instruction instruction, InstructionScope scope)
    {
        var next = Change(state, instruction, scope);
        return next.HistorySize <= OciJson.MaxDocumentSize ? next : throw InstructionScope.ConfigTooLarge(scope.Span);
    }

    private static StageState Change(StageState state, Instruction instruction, InstructionScope scope) => instruction switch
    {
        EnvInstruction env => Env(state, env, scope),
        ArgInstruction arg => Arg(state, arg, scope),
        LabelInstruction label => Label(state, label, scope),
        CmdInstruction cmd => Cmd(state, cmd),
        EntrypointInstruction entrypoint => Entrypoint(state, entrypoint),
        ShellInstruction shell => state.With(state.Container with { Shell = shell.Arguments }).WithHistory(HistoryText.List("SHELL", shell.Arguments)),
        UserInstruction user => User(state, scope.Expand(user.User)),
        ExposeInstruction expose => Expose(state, expose, scope),
        VolumeInstruction volume => Volume(state, volume, scope),
        StopsignalInstruction signal => StopSignal(state, scope.Signal(signal)),
        HealthcheckInstruction check => Healthcheck(state, check),
        MaintainerInstruction maintainer => (state with { Config = state.Config with { Author = maintainer.Name } }).WithHistory($"MAINTAINER {maintainer.Name}"),
        OnbuildInstruction trigger => state.With(state.Container with { OnBuild = [.. state.Container.OnBuild ?? [], trigger.Trigger] }),
        _ => throw new UnreachableException(),
    };

    private static StageState Env(StageState state, EnvInstruction instruction, InstructionScope scope)
    {
        var pairs = scope.Expand(instruction.Variables);
        var variables = state.Container.Env?.ToList() ?? [];
        var names = state.Scope;
        var comparison = state.IsWindows ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var (name, value) in pairs)
        {
            // Docker makes the image, in which then no program can be started
            if (name.Length == 0)
                throw new BuildException(BuildFailure.Dockerfile, "ENV names can not be blank", instruction.Span);
            var line = $"{name}={value}";
            var at = variables.FindIndex(v => v.StartsWith(name + "=", comparison));
            if (at < 0)
                variables.Add(line);
            else
                variables[at] = line;
            names = names.WithEnv(name, value);
        }
        return (state.With(state.Container with { Env = variables }) with { Scope = names }).WithHistory(HistoryText.Pairs("ENV", pairs));
    }

    private static StageState Arg(StageState state, ArgInstruction instruction, InstructionScope scope)
    {
        var names = state.Scope;
        var shown = new List<KeyValuePair<string, string?>>();
        foreach (var argument in instruction.Arguments)
        {
            // Unlike ENV, each ARG of a line sees those before it.
            var value = scope.With(names).ValueOf(argument);
            names = names.WithArg(argument.Name, value);
            shown.Add(KeyValuePair.Create(argument.Name, value));
        }
        return (state with { Scope = names }).WithHistory(HistoryText.Arg(shown));
    }

    private static StageState Label(StageState state, LabelInstruction instruction, InstructionScope scope)
    {
        var pairs = scope.Expand(instruction.Labels);
        var labels = new SortedDictionary<string, string>(state.Container.Labels ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
            labels[name] = value;
        return state.With(state.Container with { Labels = labels }).WithHistory(HistoryText.Pairs("LABEL", pairs));
    }

    private static StageState Cmd(StageState state, CmdInstruction instruction)
    {
        var command = Arguments(state, instruction.Command);
        return (state.With(state.Container with { Cmd = command.Count == 0 ? null : command, ArgsEscaped = true }) with { HasOwnCmd = true })
            .WithHistory(HistoryText.Command("CMD", command));
    }

    private static StageState Entrypoint(StageState state, EntrypointInstruction instruction)
    {
        var command = Arguments(state, instruction.Command);
        var container = state.Container with
        {
            Entrypoint = command.Count == 0 ? null : command,
            Cmd = state.HasOwnCmd ? state.Container.Cmd : null,
        };
        return state.With(container).WithHistory(HistoryText.Command("ENTRYPOINT", command));
    }

    private static StageState User(StageState state, string user) =>
        state.With(state.Container with { User = user }).WithHistory($"USER {user}");

    private static StageState Expose(StageState state, ExposeInstruction instruction, InstructionScope scope)
    {
        var ports = new SortedDictionary<string, EmptyObject>(state.Container.ExposedPorts ?? [], StringComparer.Ordinal);
        var shown = scope.Ports(instruction);
        foreach (var port in shown)
            ports[port] = new EmptyObject();
        return state.With(state.Container with { ExposedPorts = ports }).WithHistory(HistoryText.List("EXPOSE", shown));
    }

    private static StageState Volume(StageState state, VolumeInstruction instruction, InstructionScope scope)
    {
        var volumes = new SortedDictionary<string, EmptyObject>(state.Container.Volumes ?? [], StringComparer.Ordinal);
        var paths = instruction.Paths.Select(scope.Expand).ToArray();
        foreach (var path in paths)
        {
            if (path.Length == 0)
                throw new BuildException(BuildFailure.Dockerfile, "VOLUME specified can not be an empty string", instruction.Span);
            volumes[path] = new EmptyObject();
        }
        return state.With(state.Container with { Volumes = volumes }).WithHistory(HistoryText.List("VOLUME", paths));
    }

    private static StageState StopSignal(StageState state, string signal) =>
        state.With(state.Container with { StopSignal = signal }).WithHistory($"STOPSIGNAL {signal}");

    private static StageState Healthcheck(StageState state, HealthcheckInstruction check) =>
        state.With(state.Container with
        {
            Healthcheck = new Healthcheck
            {
                Test = check.Test,
                Interval = Nanoseconds(check.Interval),
                Timeout = Nanoseconds(check.Timeout),
                StartPeriod = Nanoseconds(check.StartPeriod),
                StartInterval = Nanoseconds(check.StartInterval),
                Retries = check.Retries,
            },
        }).WithHistory(HistoryText.Healthcheck(check));

    private static long Nanoseconds(TimeSpan? duration) => (duration?.Ticks ?? 0) * 100;

    /// <summary>The exec form, or the shell form given to the shell in force.</summary>
    internal static IReadOnlyList<string> Arguments(StageState state, CommandLine command) => command switch
    {
        CommandLine.Exec exec => exec.Arguments,
        CommandLine.Shell shell => [.. state.Shell, shell.Text],
        _ => throw new UnreachableException(),
    };
}
