using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>Resolves the names of one stage after the other; what is wrong is collected, so that all of it can be told at once.</summary>
internal sealed class StagePlanner(
    Dockerfile file, SourceNames names, GlobalArguments arguments, Platform platform, Platform host, List<BuildException> problems)
{
    private readonly WordExpander _expander = new(file.Directives.Escape);

    /// <summary>Null where the stage's base is wrong.</summary>
    public StageNode? Plan(Stage stage)
    {
        try
        {
            return Resolve(stage);
        }
        catch (BuildException e)
        {
            problems.Add(e);
            return null;
        }
    }

    private StageNode Resolve(Stage stage)
    {
        var unset = new HashSet<string>(StringComparer.Ordinal);
        var image = Expand(stage.From.Image, unset);
        if (image.Length == 0)
            throw new BuildException(BuildFailure.Dockerfile, $"base name ({stage.From.Image.Text}) should not be blank", stage.From.Image.Span, arguments.HintFor(unset));
        var wanted = stage.From.Platform is { } written ? PlatformOf(written) : platform;
        var replaced = stage.Name is null ? null : names.FindContext(stage.Name, wanted);
        if (replaced is not null)
            return new StageNode(stage with { Instructions = [] }, replaced, wanted, []);

        var start = names.Base(stage, image, wanted);
        var references = new List<SourceReference>();
        foreach (var instruction in stage.Instructions)
            AddReferences(instruction, stage, wanted, references);
        // Plain loops here and in what every build goes through: queries over numbers and pairs are compiled at run time.
        var inputs = new List<int>();
        Add(start);
        foreach (var reference in references)
            Add(reference.Source);
        inputs.Sort();
        return new StageNode(stage, start, wanted, inputs) { References = references };

        void Add(StageSource source)
        {
            if (source is StageSource.Stage(var index) && !inputs.Contains(index))
                inputs.Add(index);
        }
    }

    private void AddReferences(Instruction instruction, Stage stage, Platform wanted, List<SourceReference> references)
    {
        switch (instruction)
        {
            case CopyInstruction { From: { } from }:
                Try(() => names.Reference(CopySourceName.Of(from, arguments, _expander), stage.Index, "copy", wanted, from.Span));
                break;
            case RunInstruction run:
                foreach (var mount in run.Mounts)
                    if (mount.From is { } name)
                        Try(() => names.Reference(name, stage.Index, "mount", wanted, mount.Options.Span));
                break;
        }

        void Try(Func<SourceReference> resolve)
        {
            try
            {
                references.Add(resolve());
            }
            catch (BuildException e)
            {
                problems.Add(e);
            }
        }
    }

    private string Expand(Word word, HashSet<string> unset) =>
        Guard.Expanding(word.Span, () => _expander.Expand(word.Text, arguments.Lookup, unset));

    private Platform PlatformOf(Word written)
    {
        var unset = new HashSet<string>(StringComparer.Ordinal);
        var text = Expand(written, unset);
        if (text.Length == 0)
            throw new BuildException(BuildFailure.Dockerfile, $"empty platform value from expression {written.Text}", written.Span, arguments.HintFor(unset));
        try
        {
            return Platform.Parse(text, host);
        }
        catch (FormatException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, $"failed to parse platform: {e.Message}", written.Span, arguments.HintFor(unset), e);
        }
    }
}
