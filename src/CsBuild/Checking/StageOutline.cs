using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Checking;

/// <summary>What one stage takes from the caller, with what its base stages take.</summary>
/// <param name="isFromScratch">True where no image below can have variables that are not known.</param>
internal sealed class StageOutline(bool isFromScratch)
{
    public bool IsFromScratch => isFromScratch;

    /// <summary>The variables that hold here.</summary>
    public VariableScope Scope { get; set; } = VariableScope.Empty;

    public Dictionary<string, OutlineArgument> Arguments { get; private init; } = new(StringComparer.Ordinal);

    public List<(bool IsSecret, OutlineNeed Need)> Needs { get; private init; } = [];

    /// <summary>A stage that starts from this one.</summary>
    public StageOutline Child() => new(isFromScratch)
    {
        Scope = Scope,
        Arguments = new Dictionary<string, OutlineArgument>(Arguments, StringComparer.Ordinal),
        Needs = [.. Needs],
    };

    /// <summary>Takes an argument from above the first FROM; false where its name is known here.</summary>
    public bool TryUse(ArgInstruction instruction, ArgDeclaration argument, string? value) =>
        Arguments.TryAdd(argument.Name, new OutlineArgument(argument.Name, Described.By(instruction.Comments, argument.Name), value, instruction.Span));
}
