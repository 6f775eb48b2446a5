using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Goes through the stages as a build would, without running anything.</summary>
internal sealed class StageRules(LintRun run)
{
    private readonly List<StageFacts> _stages = [];
    private readonly Dictionary<string, StageFacts> _byName = new(StringComparer.Ordinal);

    public void Check(GlobalValues values)
    {
        var bases = new StageBase[run.File.Stages.Count];
        for (var i = 0; i < bases.Length; i++)
            bases[i] = FromRules.Check(run, run.File.Stages[i].From, values);
        var needed = Needed(bases);
        for (var i = 0; i < bases.Length; i++)
        {
            var facts = Open(run.File.Stages[i], bases[i], values, needed[i]);
            _stages.Add(facts);
            if (run.Options.AllStages || needed[i])
                CheckStage(facts, values, needed[i]);
            if (facts.Stage.Name is { } name)
                _byName[name] = facts;
        }
    }

    private void CheckStage(StageFacts facts, GlobalValues values, bool isNeeded)
    {
        // What a context replaces is not built, but Docker looks at it where it looks at everything.
        if (!run.Options.AllStages && facts.Stage.Name is { } name && run.Options.NamedContexts.Contains(name))
            return;
        SourceOrder.Check(run, facts.Stage);
        var rules = new InstructionRules(run, facts, values);
        if (isNeeded)
        {
            foreach (var trigger in Triggers(facts))
                rules.Apply(trigger);
        }
        foreach (var instruction in facts.Stage.Instructions)
            rules.Apply(instruction);
    }

    private StageFacts Open(Stage stage, StageBase start, GlobalValues values, bool isNeeded)
    {
        if (_byName.TryGetValue(start.Image, out var parent))
            return new StageFacts(stage, parent);
        var wanted = start.Platform ?? values.Lookup("TARGETPLATFORM") ?? "linux/amd64";
        var os = PlatformWords.Parse(wanted)?.Os ?? "linux";
        if (start.Image is "scratch")
            return new StageFacts(stage, os, new BaseImageFacts());
        if (start.Image.Length > 0 && !ImageNames.IsValid(start.Image) && !run.Options.NamedContexts.Contains(start.Image))
            run.Sink.Fail($"failed to parse stage name \"{start.Image}\": invalid reference format", stage.From.Span);
        var image = isNeeded || run.Options.AllStages ? run.Options.BaseImage(new BaseImageName(stage, start.Image, start.Platform)) : null;
        if (image?.Platform is { } actual && PlatformWords.Parse(actual) is { } given && PlatformWords.Parse(wanted) != given)
        {
            run.Sink.Report(BuildKitRules.InvalidBaseImagePlatform,
                $"Base image {start.Image} was pulled with platform \"{actual}\", expected \"{wanted}\" for current build", stage.From);
        }
        return new StageFacts(stage, os, image);
    }

    /// <summary>The instructions that the base wants to have run here; they stand where the FROM is.</summary>
    private IEnumerable<Instruction> Triggers(StageFacts facts)
    {
        foreach (var text in facts.Triggers)
        {
            Instruction? trigger = null;
            try
            {
                trigger = DockerfileParser.ParseTrigger(text, run.File.Directives.Escape) with { Span = facts.Stage.From.Span, Comments = facts.Stage.From.Comments };
            }
            catch (DockerfileException e)
            {
                run.Sink.Fail(e.Message, facts.Stage.From.Span);
            }
            if (trigger is not null)
                yield return trigger;
        }
    }

    /// <summary>The stages that the target is made of.</summary>
    private bool[] Needed(StageBase[] bases)
    {
        var needed = new bool[bases.Length];
        needed[Target()] = true;
        // A stage can need only what stands before it.
        for (var index = bases.Length - 1; index >= 0; index--)
        {
            if (!needed[index])
                continue;
            if (SourceOrder.Find(run.File, bases[index].Image, index, mayBeNumber: false) is { } parent)
                needed[parent] = true;
            foreach (var (instruction, source) in SourceOrder.SourcesOf(run.File.Stages[index]))
                if (SourceOrder.Find(run.File, source, index, instruction is CopyInstruction) is { } found)
                    needed[found] = true;
        }
        return needed;
    }

    private int Target()
    {
        var target = run.Options.Target;
        if (string.IsNullOrEmpty(target))
            return run.File.Stages.Count - 1;
        var found = run.File.Stages.LastOrDefault(s => string.Equals(s.Name, target, StringComparison.OrdinalIgnoreCase));
        return found?.Index ?? run.File.Stages.Count - 1;
    }
}
