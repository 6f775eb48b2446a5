using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>One look at one file: what all rules share.</summary>
internal sealed record LintRun(Dockerfile File, SourceText Source, LintOptions Options, LintSink Sink)
{
    private readonly Lazy<IgnoredPaths?> _ignored = new(Options.Ignored);

    public IgnoredPaths? Ignored => _ignored.Value;

    public WordExpander Expander { get; } = new(File.Directives.Escape);

    public Spelling Spelling { get; } = new();

    /// <summary>All instructions in the order of the file.</summary>
    public IEnumerable<Instruction> Instructions
    {
        get
        {
            foreach (var argument in File.GlobalArgs)
                yield return argument;
            foreach (var instruction in InstructionsOfStages)
                yield return instruction;
        }
    }

    /// <summary>Those from the first FROM on.</summary>
    public IEnumerable<Instruction> InstructionsOfStages
    {
        get
        {
            foreach (var stage in File.Stages)
            {
                yield return stage.From;
                foreach (var instruction in stage.Instructions)
                    yield return instruction;
            }
        }
    }
}
