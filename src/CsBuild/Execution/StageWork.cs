using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>What an instruction that makes a layer works with.</summary>
internal sealed record StageWork(BuildSession Session, StageScheduler Scheduler, StageNode Node, StageState State, InstructionScope Scope)
{
    /// <summary>What <c>--from</c> says.</summary>
    public string SourceName(Word from) => SourceNames.Literal(from, new WordExpander(Scheduler.Graph.File.Directives.Escape));

    /// <summary>Resolves and demands what <paramref name="name"/> stands for in <c>--from</c> ("copy") or a mount ("mount").</summary>
    public Task<SourceRoot> OpenSourceAsync(string? name, string verb, SourceSpan span)
    {
        if (name is null)
            return Task.FromResult(Session.Contexts.MainContext);
        var names = new SourceNames(Scheduler.Graph.File, Session.Request.NamedContexts);
        return OpenAsync(names.From(name, Node.Stage.Index, verb, Node.Platform, span), span);
    }

    private async Task<SourceRoot> OpenAsync(StageSource source, SourceSpan span)
    {
        switch (source)
        {
            case StageSource.Stage(var index):
                var stage = await Scheduler.DemandAsync(index).ConfigureAwait(false);
                return SourceRoot.Of(Session, stage.Rootfs, stage.LastSteps);
            case StageSource.Directory directory:
                return Session.Contexts.Named(directory);
            default:
                var image = await Session.Images.ResolveAsync(source, span, Session.CancellationToken).ConfigureAwait(false);
                return SourceRoot.Of(Session, image.Rootfs, []);
        }
    }
}
