using System.Globalization;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>Resolves the names after FROM and <c>--from</c>: named contexts first, then earlier stages, then images.</summary>
internal sealed class SourceNames(Dockerfile file, IReadOnlyDictionary<string, NamedContext> contexts)
{
    /// <summary>The stage that <paramref name="target"/> names; null: the last.</summary>
    public int Target(string? target)
    {
        if (string.IsNullOrEmpty(target))
            return file.Stages.Count - 1;
        var found = file.Stages.LastOrDefault(s => string.Equals(s.Name, target, StringComparison.OrdinalIgnoreCase));
        if (found is not null)
            return found.Index;
        var names = file.Stages.Where(s => s.Name is not null).Select(s => s.Name!).ToArray();
        throw new BuildException(BuildFailure.Request, $"target stage \"{target}\" could not be found",
            hint: names.Length == 0 ? "no stage of this Dockerfile has a name" : $"stages with a name: {string.Join(", ", names)}");
    }

    /// <summary>What FROM starts from. A context with the stage's own name replaces the stage.</summary>
    public StageSource Base(Stage stage, string image, Platform platform)
    {
        if (image.Length == 0)
            throw new BuildException(BuildFailure.Dockerfile, $"base name ({stage.From.Image.Text}) should not be blank", stage.From.Span);
        if (image == "scratch")
            return new StageSource.Scratch();
        if (FindContext(image, platform) is { } context)
            return context;
        if (FindStage(image, stage.Index, StringComparison.Ordinal) is { } earlier)
            return new StageSource.Stage(earlier);
        return Image(image, platform, stage.From.Span, "failed to parse stage name");
    }

    /// <summary>What <c>COPY --from</c> (<paramref name="verb"/> "copy") or a mount's <c>from</c> ("mount") names.</summary>
    public StageSource From(string name, int current, string verb, Platform platform, SourceSpan span)
    {
        if (FindContext(name, platform) is { } context)
            return context;
        if (FindStage(name, current, StringComparison.OrdinalIgnoreCase) is { } earlier)
            return new StageSource.Stage(earlier);
        if (verb == "copy" && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            if (index >= current)
                throw new BuildException(BuildFailure.Dockerfile, $"invalid stage index {index}", span,
                    hint: current == 0 ? "the first stage has none before it" : $"stages before this one: 0 to {current - 1}");
            return new StageSource.Stage(index);
        }
        if (file.Stages.FirstOrDefault(s => s.Index >= current && string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase)) is { } later)
            throw new BuildException(BuildFailure.Dockerfile, later.Index == current
                ? $"circular dependency detected on stage: {later.Name}"
                : $"cannot {verb} from stage \"{name}\", it needs to be defined before current stage \"{file.Stages[current].Name ?? current.ToString(CultureInfo.InvariantCulture)}\"", span);
        return Image(name, platform, span, "failed to parse image name");
    }

    /// <summary>What <c>--from</c> says, which the graph depends on: variables have no value yet.</summary>
    public static string Literal(Word from, WordExpander expander) => from.Text.Contains('$', StringComparison.Ordinal)
        ? throw new BuildException(BuildFailure.Dockerfile, "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround", from.Span)
        : Guard.Expanding(from.Span, () => expander.Expand(from.Text, _ => null));

    /// <summary>The context that the caller put under this name, for this platform or for all.</summary>
    public StageSource? FindContext(string name, Platform platform)
    {
        if (contexts.Count == 0)
            return null;
        var context = Lookup($"{name}::{platform}") ?? Lookup(name);
        if (context is null && ImageReference.TryParse(name, out var reference))
            context = Lookup(reference.ToString()) ?? Lookup(reference.Familiar);
        return context switch
        {
            null => null,
            NamedContext.Directory directory => new StageSource.Directory(name, directory.Path),
            NamedContext.Image image => new StageSource.Image(image.Reference, platform),
            NamedContext.Layout layout => new StageSource.Layout(layout, platform),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private NamedContext? Lookup(string name)
    {
        foreach (var (key, context) in contexts)
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                return context;
        return null;
    }

    private int? FindStage(string name, int before, StringComparison comparison)
    {
        // The last of several stages with one name wins. FROM takes the name as declared (lower case), --from any case.
        for (var i = before - 1; i >= 0; i--)
            if (string.Equals(file.Stages[i].Name, name, comparison))
                return i;
        return null;
    }

    private StageSource.Image Image(string name, Platform platform, SourceSpan span, string what)
    {
        if (ImageReference.TryParse(name, out var reference))
            return new StageSource.Image(reference, platform);
        var hint = file.Stages.Any(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
            ? $"stage names are lower case after FROM: write {name.ToLowerInvariant()}"
            : name.Any(char.IsAsciiLetterUpper) ? "repository names are lower case" : null;
        throw new BuildException(BuildFailure.Dockerfile, $"{what} \"{name}\": invalid reference format", span, hint);
    }
}
