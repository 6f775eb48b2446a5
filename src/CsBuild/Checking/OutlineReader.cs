using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Planning;

namespace CsBuild.Checking;

/// <summary>
/// Collects what a target and the stages that it needs take from the caller, as BuildKit does: of an argument that several
/// stages declare, the declaration nearest to the target counts; one above the first FROM, where a stage takes its value.
/// </summary>
internal sealed class OutlineReader(BuildGraph graph, BuildRequest request)
{
    private readonly StageReading _reading = new(graph, request);
    private readonly WordExpander _expander = new(graph.File.Directives.Escape);
    private readonly Dictionary<int, StageOutline> _stages = [];

    public DockerfileOutline Read()
    {
        foreach (var node in _reading.Stages())
            _stages.Add(node.Stage.Index, Stage(node));
        var arguments = new Dictionary<string, OutlineArgument>(StringComparer.Ordinal);
        var secrets = new Dictionary<string, OutlineNeed>(StringComparer.Ordinal);
        var agents = new Dictionary<string, OutlineNeed>(StringComparer.Ordinal);
        foreach (var stage in FromTarget())
        {
            foreach (var argument in stage.Arguments.Values)
                arguments.TryAdd(argument.Name, argument);
            foreach (var (isSecret, need) in stage.Needs)
                Merge(isSecret ? secrets : agents, need);
        }
        var target = graph.File.Stages[graph.Target];
        return new DockerfileOutline(target.Name, Described.By(target.From.Comments, target.Name), InOrder(arguments.Values, a => a.Span.StartLine), InOrder(secrets.Values, n => n.Span.StartLine), InOrder(agents.Values, n => n.Span.StartLine));
    }

    private static T[] InOrder<T>(IEnumerable<T> all, Func<T, int> line) => [.. all.OrderBy(line)];

    private static void Merge(Dictionary<string, OutlineNeed> needs, OutlineNeed need)
    {
        if (!needs.TryGetValue(need.Id, out var known))
            needs.Add(need.Id, need);
        else if (need.IsRequired && !known.IsRequired)
            needs[need.Id] = known with { IsRequired = true };
    }

    private IEnumerable<StageOutline> FromTarget()
    {
        var seen = new HashSet<int>();
        var waiting = new Stack<int>([graph.Target]);
        while (waiting.TryPop(out var index))
        {
            if (!seen.Add(index))
                continue;
            yield return _stages[index];
            foreach (var input in _reading.InputsOf(_reading.Node(index)).OrderDescending())
                waiting.Push(input);
        }
    }

    private StageOutline Stage(StageNode node)
    {
        var outline = node.Base is StageSource.Stage(var index) ? _stages[index].Child() : new StageOutline(node.Base is StageSource.Scratch);
        UseGlobals(outline, node.Stage.From.Image.Text);
        if (node.Stage.From.Platform is { } platform)
            UseGlobals(outline, platform.Text);
        foreach (var instruction in _reading.InstructionsOf(node))
        {
            switch (instruction)
            {
                case ArgInstruction arg:
                    foreach (var argument in arg.Arguments)
                        Declare(outline, arg, argument);
                    break;
                case EnvInstruction env:
                    outline.Scope = outline.Scope.WithEnv([.. env.Variables.Select(v => KeyValuePair.Create(Expand(outline, v.Key), Expand(outline, v.Value)))]);
                    break;
                case CopyInstruction { From: { } from }:
                    UseGlobals(outline, from.Text);
                    break;
                case RunInstruction run:
                    foreach (var mount in run.Mounts)
                        Need(outline, run, mount);
                    break;
            }
        }
        return outline;
    }

    private void Declare(StageOutline outline, ArgInstruction instruction, ArgDeclaration argument)
    {
        var isGiven = graph.Arguments.Given.TryGetValue(argument.Name, out var value);
        if (!isGiven && argument.Default is null && graph.Arguments.Lookup(argument.Name) is { } global)
        {
            outline.Scope = outline.Scope.WithArg(argument.Name, global);
            outline.Arguments.Remove(argument.Name);
            UseGlobal(outline, argument.Name);
            return;
        }
        if (!isGiven)
            value = argument.Default is { } text ? Expand(outline, text) : null;
        outline.Scope = outline.Scope.WithArg(argument.Name, value);
        outline.Arguments[argument.Name] = new OutlineArgument(argument.Name, Described.By(instruction.Comments, argument.Name), value, instruction.Span);
    }

    private void Need(StageOutline outline, RunInstruction run, RunMount written)
    {
        if (written.Type is not (MountType.Secret or MountType.Ssh))
            return;
        var mount = Guard.Expanding(run.Span, () => MountOptions.Expand(written, text => _expander.Expand(text, outline.Scope.Lookup)));
        var id = mount.Type == MountType.Ssh
            ? string.IsNullOrEmpty(mount.Id) ? "default" : mount.Id
            : mount.Id ?? mount.Source ?? Path.GetFileName(mount.Target ?? "");
        outline.Needs.Add((mount.Type == MountType.Secret, new OutlineNeed(id, mount.Required, run.Span)));
    }

    private void UseGlobals(StageOutline outline, string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return;
        foreach (var name in NamesIn(text))
            UseGlobal(outline, name);
    }

    // With those that its default has its value from.
    private void UseGlobal(StageOutline outline, string name)
    {
        // The last declaration of a name is the one that holds.
        foreach (var instruction in graph.File.GlobalArgs.Reverse())
            foreach (var argument in instruction.Arguments.Reverse())
            {
                if (argument.Name != name || !outline.TryUse(instruction, argument, graph.Arguments.Lookup(name)))
                    continue;
                if (argument.Default is { } text && !graph.Arguments.Given.ContainsKey(name))
                    UseGlobals(outline, text.Text);
            }
    }

    private HashSet<string> NamesIn(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            _expander.Expand(text, name =>
            {
                names.Add(name);
                return graph.Arguments.Lookup(name);
            });
        }
        catch (ExpansionException)
        {
            // What is wrong has been said when the graph was made.
        }
        return names;
    }

    private string Expand(StageOutline outline, Word word)
    {
        var isKnown = true;
        var value = Guard.Expanding(word.Span, () => _expander.Expand(word.Text, name =>
        {
            var found = outline.Scope.Lookup(name);
            isKnown &= found is not null || outline.IsFromScratch;
            return found;
        }));
        return isKnown ? value : word.Text;
    }
}
