using System.Globalization;
using System.Runtime.CompilerServices;
using CsBuild.Caching;
using CsBuild.Caching.Explaining;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Execution.Steps;

/// <summary>RUN: the only step that needs a real root file system.</summary>
internal sealed class RunStep(StageWork work, RunInstruction instruction, StepName name, IReadOnlyList<string> command, IReadOnlyList<RunMountPlan> mounts) : IStep
{
    private const string HostnameArgument = "BUILDKIT_SANDBOX_HOSTNAME";

    public StepName Name => name;

    private BuildSession Session => work.Session;

    /// <summary>Resolves what the instruction names; nothing runs yet.</summary>
    public static async Task<(IStep Step, string CreatedBy)> PlanAsync(StageWork work, RunInstruction instruction, StepName name)
    {
        RunPermission.Check(work.Session.Request, instruction);
        var command = ConfigStep.Arguments(work.State, instruction.Command);
        var mounts = new List<RunMountPlan>();
        foreach (var mount in instruction.Mounts)
            mounts.Add(await RunMountPlan.ResolveAsync(work, instruction, mount).ConfigureAwait(false));
        if (instruction.Script is { } script)
        {
            command = [.. work.State.Shell, RunMountPlan.ScriptPath(script)];
            mounts.Add(RunMountPlan.Script(script));
        }
        if (work.Session.Harvest is { } harvest)
            foreach (var mount in mounts.Where(m => m.Mount.Type == MountType.Cache))
                harvest.AddMount(mount.CacheId(work.Session));
        var createdBy = HistoryText.Run([.. work.State.Scope.DeclaredArgs], command);
        var inputs = name.Inputs.Concat(mounts.SelectMany(m => m.Source?.Steps ?? [])).Distinct().ToArray();
        return (new RunStep(work, instruction, name with { Inputs = inputs }, command, mounts), createdBy);
    }

    public async IAsyncEnumerable<CacheKey> KeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await KeyAsync(byContent: false, cancellationToken).ConfigureAwait(false);
        if (mounts.Any(m => m.CanLookAtContent))
            yield return await KeyAsync(byContent: true, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<(string Digest, FileList? Files)> ListFilesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var mount in mounts)
            if (mount.HasFiles)
                yield return await mount.ListAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<Layer> ExecuteAsync(CancellationToken cancellationToken)
    {
        var sandbox = Sandbox() ?? throw new BuildException(BuildFailure.Sandbox, "RUN needs a sandbox, and this builder has none", name.Span,
            "give ImageBuilderOptions.Sandbox, for example CsBuild.Linux.LinuxSandbox.Create");
        await Session.Places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // first: a layer that is not here yet is then fetched, listed and unpacked in one pass
            var active = await sandbox.PrepareAsync(work.State.Rootfs, cancellationToken).ConfigureAwait(false);
            await using (active.ConfigureAwait(false))
            {
                var spec = await SpecAsync(cancellationToken).ConfigureAwait(false);
                var output = new StepOutputTail(Session.Events, name.Id);
                var exit = await active.RunAsync(spec, output, cancellationToken).ConfigureAwait(false);
                if (exit.Code != 0)
                {
                    if (Session.Request.Run.ShellOnFailure)
                        await FailureShell.OpenAsync(Session, active, spec, name, cancellationToken).ConfigureAwait(false);
                    throw Failed(exit, output);
                }
                return await active.CommitAsync(Session.Epoch, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SandboxException e)
        {
            throw new BuildException(e.IsOfTheStep ? BuildFailure.Step : BuildFailure.Sandbox, e.Message, name.Span, e.Hint, e);
        }
        finally
        {
            Session.Places.Release();
        }
    }

    private async Task<CacheKey> KeyAsync(bool byContent, CancellationToken cancellationToken)
    {
        var state = work.State;
        var parts = new KeyParts
        {
            { "kind", "RUN" },
            { KeyPart.Root, state.Rootfs.ChainId.ToString() },
            { "platform", state.Platform.ToString() },
            { "cwd", state.WorkingDirectory },
            { "user", state.Container.User ?? "" },
            { "hostname", Session.Request.BuildArgs.GetValueOrDefault(HostnameArgument) },
            { "network", Network switch { SandboxNetwork.None => "None", SandboxNetwork.Host => "Host", _ => "Default" } },
            { "security", Security switch { SandboxSecurity.Insecure => "insecure", SandboxSecurity.Strict => "strict", _ => "sandbox" } },
            { "epoch", Session.Epoch },
        };
        LimitParts.AddTo(parts, Session.Request.Run.Limits);
        foreach (var word in command)
            parts.Add(KeyPart.Command, word);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (variable, value) in state.Scope.CommandEnvironment)
            variables[variable] = value;
        var names = variables.Keys.ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        foreach (var variable in names)
            parts.Add(KeyPart.Variable + variable, variables[variable]);
        foreach (var host in Session.Request.Hosts)
            parts.Add("host", host.Name);
        foreach (var mount in mounts)
        {
            parts.Add(mount.KeyName, mount.Definition);
            if (mount.HasFiles)
                parts.Add(KeyPart.FilesOf(mount.KeyName), await mount.IdentityAsync(byContent, cancellationToken).ConfigureAwait(false));
        }
        foreach (var volume in Session.Request.Run.Volumes)
            parts.Add("volume " + volume.Target, $"{volume.Source} ro={volume.IsReadOnly}");
        return CacheKey.Of(parts);
    }

    private SandboxSecurity Security => instruction.Security == "insecure" ? SandboxSecurity.Insecure : Session.Request.Run.Security;

    private ISandbox? Sandbox()
    {
        try
        {
            return Session.Sandbox.Value;
        }
        catch (SandboxException e)
        {
            throw new BuildException(BuildFailure.Sandbox, e.Message, name.Span, e.Hint, e);
        }
    }

    private SandboxNetwork Network => instruction.Network switch
    {
        "none" => SandboxNetwork.None,
        "host" => SandboxNetwork.Host,
        _ => Session.Request.Network,
    };

    private async Task<SandboxSpec> SpecAsync(CancellationToken cancellationToken)
    {
        var (user, home) = await UserAsync(cancellationToken).ConfigureAwait(false);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in work.Scheduler.Graph.Arguments.Proxies)
            environment[key] = value;
        foreach (var (key, value) in work.State.Scope.CommandEnvironment)
            environment[key] = value;
        environment.TryAdd("HOME", home);
        if (!environment.ContainsKey("PATH"))
            environment["PATH"] = BaseState.DefaultPath["PATH=".Length..];
        var made = new List<SandboxMount>();
        foreach (var mount in mounts)
            await mount.RealizeAsync(Session, made, environment, cancellationToken).ConfigureAwait(false);
        return new SandboxSpec
        {
            Arguments = command,
            Environment = [.. environment.Select(v => $"{v.Key}={v.Value}")],
            WorkingDirectory = work.State.WorkingDirectory,
            User = user,
            Hostname = Session.Request.BuildArgs.GetValueOrDefault(HostnameArgument, "buildkitsandbox"),
            Network = Network,
            Hosts = Session.Request.Hosts,
            Security = Security,
            Limits = Session.Request.Run.Limits,
            Architecture = work.State.Platform.Architecture == BuildRun.Host.Architecture ? null : work.State.Platform.Architecture,
            Mounts = OutermostFirst([.. made, .. Session.Request.Run.Volumes.Select(v => new SandboxMount.HostPath { Target = v.Target, Path = v.Source, ReadOnly = v.IsReadOnly })]),
        };
    }

    // As in Docker: a mount is seen inside another one, whichever was written first; of two on one place the last one is.
    private static List<SandboxMount> OutermostFirst(List<SandboxMount> mounts) =>
        mounts.Count < 2 ? mounts : [.. mounts.OrderBy(m => m.Target.Split('/', StringSplitOptions.RemoveEmptyEntries).Length)];

    private async Task<(SandboxUser User, string Home)> UserAsync(CancellationToken cancellationToken)
    {
        var source = await Session.Layers.OpenSourceAsync(work.State.Rootfs, cancellationToken).ConfigureAwait(false);
        return await new UserResolver(source).ForRunAsync(work.State.Container.User ?? "", cancellationToken).ConfigureAwait(false);
    }

    private static string OutOfMemory(OutOfMemory memory)
    {
        string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
        var limit = memory.Limit is { } bytes ? $", limit {Size(bytes)}" : "";
        return $" (out of memory{limit}{(memory.Peak is { } peak ? $", peak {Size(peak)}" : "")})";
    }

    private BuildException Failed(SandboxExit exit, StepOutputTail output)
    {
        var shown = string.Join(' ', command);
        var message = $"process \"{shown}\" did not complete successfully: exit code: {exit.Code}"
            + (exit.OutOfMemory is { } memory ? OutOfMemory(memory) : exit.Signal is { } signal ? $" (signal {signal})" : "");
        return new BuildException(BuildFailure.Step, message, name.Span) { StepExitCode = exit.Code, OutputTail = output.Lines };
    }
}
