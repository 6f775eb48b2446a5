using System.Globalization;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>Resolves the names after FROM and <c>--from</c>: stages, named contexts, images.</summary>
internal sealed class SourceNames(Dockerfile file, IReadOnlyDictionary<string, NamedContext> contexts)
{
    private const string Scratch = "scratch";

    // What people mean most often when they mistype an image.
    private static readonly string[] CommonImages = ["alpine", "busybox", "centos", "debian", "fedora", "golang", "node", "python", "ubuntu"];

    private readonly ContextNames _contexts = new(contexts);
    private readonly Dictionary<string, List<int>> _stages = StagesByName(file);

    /// <summary>The stage that <paramref name="target"/> names; null: the last.</summary>
    public int Target(string? target)
    {
        if (string.IsNullOrEmpty(target))
            return file.Stages.Count - 1;
        if (FindStage(target, file.Stages.Count, StringComparison.OrdinalIgnoreCase) is { } found)
            return found;
        var names = StageNames(file.Stages.Count);
        var near = Suggestion.For(target, names);
        throw new BuildException(BuildFailure.Request, $"target stage \"{target}\" could not be found",
            hint: near is not null ? $"did you mean {near}?"
                : names.Length == 0 ? "no stage of this Dockerfile has a name" : $"stages with a name: {string.Join(", ", names)}");
    }

    /// <summary>What FROM starts from: an earlier stage, nothing, a named context, or an image.</summary>
    public StageSource Base(Stage stage, string image, Platform platform)
    {
        // The name of a stage is in lower case, what stands after FROM is taken as written.
        if (FindStage(image, stage.Index, StringComparison.Ordinal) is { } earlier)
            return new StageSource.Stage(earlier);
        if (image == Scratch)
            return new StageSource.Scratch();
        return FindContext(image, platform) ?? Image(image, platform, stage.From.Image.Span);
    }

    /// <summary>What <c>COPY --from</c> (<paramref name="verb"/> "copy") or a mount's <c>from</c> ("mount") names; a stage may be a later one.</summary>
    public SourceReference Reference(string name, int current, string verb, Platform platform, SourceSpan span)
    {
        return new SourceReference(Find(), verb, name, span);

        StageSource Find()
        {
            if (verb == "copy" && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                return index < file.Stages.Count ? new StageSource.Stage(index) : throw BadIndex(index, current, span);
            if (FindStage(name, file.Stages.Count, StringComparison.OrdinalIgnoreCase) is { } stage)
                return FindContext(name, platform) ?? new StageSource.Stage(stage);
            if (name == Scratch)
                return new StageSource.Scratch();
            return FindContext(name, platform) ?? Image(name, platform, span);
        }
    }

    /// <summary>As <see cref="Reference"/>, and refuses a stage that is not built before.</summary>
    public StageSource From(string name, int current, string verb, Platform platform, SourceSpan span)
    {
        var reference = Reference(name, current, verb, platform, span);
        return Later(reference, current) is { } problem ? throw problem : reference.Source;
    }

    /// <summary>Refuses what a stage takes from stages that are not built before.</summary>
    public void RefuseLater(StageNode stage, List<BuildException> problems)
    {
        foreach (var reference in stage.References)
            if (Later(reference, stage.Stage.Index) is { } problem)
                problems.Add(problem);
    }

    /// <summary>The context that the caller put under this name, for this platform or for all.</summary>
    public StageSource? FindContext(string name, Platform platform)
    {
        var context = _contexts.Find(name, platform);
        return context switch
        {
            null => null,
            NamedContext.Directory directory => new StageSource.Directory(name, directory.Path),
            NamedContext.Remote remote => new StageSource.Remote(name, remote.Address),
            NamedContext.Image image => new StageSource.Image(image.Reference, platform),
            NamedContext.Layout layout => new StageSource.Layout(layout, platform),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>What may have been meant by a name that no registry knows, as a hint; null where there is no idea.</summary>
    public string? HintFor(string name, int current) =>
        Suggestion.For(name, StageNames(current).Concat(CommonImages).Where(n => n != name)) is { } near ? $"did you mean {near}?" : null;

    private BuildException? Later(SourceReference reference, int current)
    {
        if (reference.Source is not StageSource.Stage(var index) || index < current)
            return null;
        return new BuildException(BuildFailure.Dockerfile, index == current
            ? $"circular dependency detected on stage: {StageOrder.NameOf(file.Stages[index])}"
            : $"cannot {reference.Verb} from stage \"{reference.Name}\", it needs to be defined before current stage \"{StageOrder.NameOf(file.Stages[current])}\"", reference.Span);
    }

    private static BuildException BadIndex(int index, int current, SourceSpan span) =>
        new(BuildFailure.Dockerfile, $"invalid stage index {index}", span,
            current == 0 ? "the first stage has none before it" : $"stages before this one: 0 to {current - 1}");

    private int? FindStage(string name, int before, StringComparison comparison)
    {
        if (!_stages.TryGetValue(name, out var indexes) || (comparison == StringComparison.Ordinal && file.Stages[indexes[0]].Name != name))
            return null;
        // The last of several stages with one name wins.
        for (var i = indexes.Count - 1; i >= 0; i--)
            if (indexes[i] < before)
                return indexes[i];
        return null;
    }

    private static Dictionary<string, List<int>> StagesByName(Dockerfile file)
    {
        var stages = new Dictionary<string, List<int>>(StringComparer.OrdinalIgnoreCase);
        foreach (var stage in file.Stages)
        {
            if (stage.Name is null)
                continue;
            if (!stages.TryGetValue(stage.Name, out var indexes))
                stages.Add(stage.Name, indexes = []);
            indexes.Add(stage.Index);
        }
        return stages;
    }

    private string[] StageNames(int before) => file.Stages.Take(before).Where(s => s.Name is not null).Select(s => s.Name!).ToArray();

    private StageSource.Image Image(string name, Platform platform, SourceSpan span)
    {
        if (ImageReference.TryParse(name, out var reference))
            return new StageSource.Image(reference, platform);
        var hint = file.Stages.Any(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
            ? $"stage names are lower case after FROM: write {name.ToLowerInvariant()}"
            : name.Any(char.IsAsciiLetterUpper) ? "repository names are lower case" : null;
        throw new BuildException(BuildFailure.Dockerfile, $"failed to parse stage name \"{name}\": invalid reference format", span, hint);
    }
}
