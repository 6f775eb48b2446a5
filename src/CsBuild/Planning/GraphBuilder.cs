using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>Makes the graph of one image: the target and the stages that it needs, with every name resolved.</summary>
public static class GraphBuilder
{
    /// <summary>Plans the build of <paramref name="request"/> for one platform.</summary>
    /// <exception cref="BuildException">A name cannot be resolved or a variable not be expanded.</exception>
    public static BuildGraph Plan(Dockerfile file, BuildRequest request, Platform platform, Platform host)
    {
        var names = new SourceNames(file, request.NamedContexts);
        var target = names.Target(request.Target);
        var arguments = GlobalArguments.Evaluate(file, request, platform, host, file.Stages[target].Name ?? "default");
        var stages = new Dictionary<int, StageNode>();
        Visit(target);
        return new BuildGraph(file, stages, target, platform, arguments) { PlanStage = Plan };

        StageNode Plan(int index) => Resolve(file, names, file.Stages[index], arguments, platform, host);

        void Visit(int index)
        {
            if (stages.ContainsKey(index))
                return;
            var node = Plan(index);
            stages.Add(index, node);
            foreach (var input in node.Inputs)
                Visit(input);
        }
    }

    /// <summary>What an instruction of a stage takes files from besides its own root: sources by the name written.</summary>
    internal static IEnumerable<StageSource> SourcesOf(Instruction instruction, SourceNames names, int stage, Platform platform, WordExpander expander)
    {
        switch (instruction)
        {
            case CopyInstruction { From: { } from } copy:
                yield return names.From(SourceNames.Literal(from, expander), stage, "copy", platform, copy.Span);
                break;
            case RunInstruction run:
                foreach (var mount in run.Mounts.Where(m => m.From is not null))
                    yield return names.From(mount.From!, stage, "mount", platform, run.Span);
                break;
        }
    }

    private static StageNode Resolve(Dockerfile file, SourceNames names, Stage stage, GlobalArguments arguments, Platform platform, Platform host)
    {
        var expander = new WordExpander(file.Directives.Escape);
        string Expand(Word word) => Guard.Expanding(stage.From.Span, () => expander.Expand(word.Text, arguments.Lookup));

        var wanted = platform;
        if (stage.From.Platform is { } written)
        {
            var text = Expand(written);
            if (text.Length == 0)
                throw new BuildException(BuildFailure.Dockerfile, $"empty platform value from expression {written.Text}", stage.From.Span);
            wanted = ParsePlatform(text, host, stage);
        }
        var replaced = stage.Name is null ? null : names.FindContext(stage.Name, wanted);
        if (replaced is not null)
            return new StageNode(stage with { Instructions = [] }, replaced, wanted, []);

        var start = names.Base(stage, Expand(stage.From.Image), wanted);
        // Plain loops here and in what every build goes through: queries over numbers and pairs are compiled at run time.
        var inputs = new List<int>();
        Add(start);
        foreach (var instruction in stage.Instructions)
            foreach (var source in SourcesOf(instruction, names, stage.Index, wanted, expander))
                Add(source);
        inputs.Sort();
        return new StageNode(stage, start, wanted, inputs);

        void Add(StageSource source)
        {
            if (source is StageSource.Stage(var index) && !inputs.Contains(index))
                inputs.Add(index);
        }
    }

    private static Platform ParsePlatform(string text, Platform host, Stage stage)
    {
        try
        {
            return Platform.Parse(text, host);
        }
        catch (FormatException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, $"failed to parse platform: {e.Message}", stage.From.Span, inner: e);
        }
    }
}
