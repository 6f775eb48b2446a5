using CsBuild.Caching.Explaining;
using CsBuild.Copying;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution.Steps;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>Builds one stage: its base, then the base's triggers, then its instructions, each folding the state.</summary>
internal sealed class StageBuilder(BuildSession session, StageNode node, StageScheduler scheduler)
{
    private readonly WordExpander _expander = new(scheduler.Graph.File.Directives.Escape);
    // A FROM that brings in something is the first step, as in BuildKit's numbering; scratch and stages are not.
    private int _step = node.Base is StageSource.Scratch or StageSource.Stage ? 0 : 1;
    private int _steps = node.Stage.Instructions.Count(i => !ConfigStep.Takes(i)) + (node.Base is StageSource.Scratch or StageSource.Stage ? 0 : 1);

    public async Task<StageState> BuildAsync()
    {
        var state = await BaseAsync().ConfigureAwait(false);
        var triggers = state.Container.OnBuild ?? [];
        var instructions = triggers.Select(Trigger).Concat(node.Stage.Instructions).ToArray();
        state = state.With(state.Container with { OnBuild = null });
        _steps += instructions.Length - node.Stage.Instructions.Count - triggers.Count(t => ConfigStep.Takes(Trigger(t)));
        foreach (var instruction in instructions)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            state = await ApplyAsync(state, instruction).ConfigureAwait(false);
        }
        return state;
    }

    /// <summary>
    /// Asks for the images that its instructions take files from. A name that no registry knows ends the build now, and
    /// not after the steps that stand above it.
    /// </summary>
    public async Task AskForImagesAsync()
    {
        foreach (var reference in node.References)
            if (reference.Source is StageSource.Image or StageSource.Layout)
                await BaseImages.NamedAsync(session, scheduler.Graph, node, reference.Source, reference.Name, reference.Span).ConfigureAwait(false);
    }

    private async Task<StageState> BaseAsync()
    {
        var span = node.Stage.From.Span;
        switch (node.Base)
        {
            case StageSource.Scratch:
                return BaseState.Scratch(scheduler.Graph.Platform);
            case StageSource.Stage(var index):
                var parent = await scheduler.DemandAsync(index).ConfigureAwait(false);
                return parent.Child();
            case StageSource.Directory directory:
                return await BaseState.ContextAsync(session, directory, directory.Name, node.Platform).ConfigureAwait(false);
            case StageSource.Remote remote:
                return await BaseState.ContextAsync(session, remote, remote.Name, node.Platform).ConfigureAwait(false);
            default:
                var image = await BaseImages.OfStageAsync(session, scheduler.Graph, node).ConfigureAwait(false);
                var name = StepText(0, $"FROM {image.Name}");
                session.Events.Report(new StepStarted(name.Id, name.Text, [], span));
                session.Events.Report(new StepCompleted(name.Id, StepOutcome.Cached));
                return BaseState.Image(image, node.Platform) with { LastSteps = [name.Id], Base = image.Name };
        }
    }

    private Instruction Trigger(string text) => Trigger(text, node.Stage.From.Span);

    /// <summary>A trigger as an instruction. The text stands in the base image; errors point at the FROM that brought it in.</summary>
    /// <exception cref="BuildException">It is none.</exception>
    internal static Instruction Trigger(string text, SourceSpan span)
    {
        try
        {
            return DockerfileParser.ParseTrigger(text) with { Span = span };
        }
        catch (DockerfileException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, $"ONBUILD {text}: {e.Message}", span, inner: e);
        }
    }

    private async Task<StageState> ApplyAsync(StageState state, Instruction instruction)
    {
        var scope = new InstructionScope(_expander, state.Scope, scheduler.Graph.Arguments, instruction.Span, isTrigger: instruction.Span == node.Stage.From.Span);
        if (ConfigStep.Takes(instruction))
            return ConfigStep.Apply(state, instruction, scope);
        var work = new StageWork(session, scheduler, node, state, scope);
        return instruction switch
        {
            WorkdirInstruction workdir => await ApplyWorkdirAsync(state, workdir, scope).ConfigureAwait(false),
            FileInstruction file => await LayerAsync(state, await CopyStep.PlanAsync(work, file, Name(state, instruction)).ConfigureAwait(false)).ConfigureAwait(false),
            RunInstruction run => await LayerAsync(state, await RunStep.PlanAsync(work, run, Name(state, instruction)).ConfigureAwait(false)).ConfigureAwait(false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<StageState> ApplyWorkdirAsync(StageState state, WorkdirInstruction instruction, InstructionScope scope)
    {
        var path = RootPath.Join(state.WorkingDirectory, RootPath.OfImage(scope.Expand(instruction.Path), state.IsWindows, instruction.Span));
        var name = Name(state, instruction) with { Text = StepText(_step - 1, $"WORKDIR {path}").Text };
        var next = state.With(state.Container with { WorkingDir = RootPath.ToImage(path, state.IsWindows) });
        if (path == "/")
            return next.WithHistory(HistoryText.Workdir(path));
        return await LayerAsync(next, (new WorkdirStep(name, state, path, session), HistoryText.Workdir(path))).ConfigureAwait(false);
    }

    private async Task<StageState> LayerAsync(StageState state, (IStep Step, string CreatedBy) planned)
    {
        try
        {
            var record = await session.Steps.RunAsync(planned.Step, session.CancellationToken).ConfigureAwait(false);
            return state.WithLayer(record.Layer, record.Created, planned.CreatedBy, planned.Step.Name.Id);
        }
        catch (BuildException e) when (e.Span is null && e.Failure is not (BuildFailure.Store or BuildFailure.Sandbox))
        {
            throw e.At(planned.Step.Name.Span);
        }
        catch (CopyException e)
        {
            throw new BuildException(BuildFailure.Step, e.Message, planned.Step.Name.Span, e.Hint, e);
        }
    }

    private StepName Name(StageState state, Instruction instruction)
    {
        var place = new StepPlace(node.Platform.ToString(), node.Stage.Index, node.DisplayName, _step, instruction.Text);
        var (id, text) = StepText(_step++, instruction.Text);
        return new StepName(id, text, state.LastSteps, instruction.Span, place) { Base = state.Base, Below = state.LastSteps };
    }

    private (Digest Id, string Text) StepText(int step, string text)
    {
        var platform = session.IsMultiPlatform ? node.Platform + " " : "";
        var stage = scheduler.Graph.File.Stages.Count > 1 || node.Stage.Name is not null ? node.DisplayName + " " : "";
        var shown = $"[{platform}{stage}{step + 1}/{Math.Max(_steps, step + 1)}] {text}";
        return (Progressed.Id($"{node.Platform} {node.Stage.Index} {step} {text}"), shown);
    }
}
