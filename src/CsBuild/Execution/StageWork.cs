using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Planning;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>What an instruction that makes a layer works with.</summary>
internal sealed record StageWork(BuildSession Session, StageScheduler Scheduler, StageNode Node, StageState State, InstructionScope Scope)
{
    /// <summary>What <c>--from</c> says.</summary>
    public string SourceName(Word from) => Scope.SourceName(from);

    /// <summary>Resolves and demands what <paramref name="name"/> stands for in <c>--from</c> ("copy") or a mount ("mount").</summary>
    public Task<SourceRoot> OpenSourceAsync(string? name, string verb, SourceSpan span)
    {
        if (name is null)
            return Task.FromResult(Session.Contexts.MainContext);
        var names = new SourceNames(Scheduler.Graph.File, Session.Request.NamedContexts);
        return OpenAsync(names.From(name, Node.Stage.Index, verb, Node.Platform, span), name, span);
    }

    private async Task<SourceRoot> OpenAsync(StageSource source, string name, SourceSpan span)
    {
        switch (source)
        {
            case StageSource.Scratch:
                return SourceRoot.Of(Session, Snapshot.Empty, []);
            case StageSource.Stage(var index):
                var stage = await Scheduler.DemandAsync(index).ConfigureAwait(false);
                return SourceRoot.Of(Session, stage.Rootfs, stage.LastSteps);
            case StageSource.Directory or StageSource.Remote:
                return Session.Contexts.Named(source);
            default:
                var image = await BaseImages.NamedAsync(Session, Scheduler.Graph, Node, source, name, span).ConfigureAwait(false);
                return SourceRoot.Of(Session, image.Rootfs, []);
        }
    }
}
