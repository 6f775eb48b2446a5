using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Planning;

/// <summary>
/// What <c>COPY --from</c> says. The graph of stages depends on it, so only the arguments above the first FROM have a
/// value there; BuildKit permits no variable at all.
/// </summary>
internal static class CopySourceName
{
    private const string NoVariables = "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround";

    /// <summary>The name with the values of global arguments.</summary>
    /// <exception cref="BuildException">It holds a variable that is no global argument.</exception>
    public static string Of(Word from, GlobalArguments arguments, WordExpander expander)
    {
        var other = default(string);
        var name = Guard.Expanding(from.Span, () => expander.Expand(from.Text, Lookup));
        if (other is not null)
            throw new BuildException(BuildFailure.Dockerfile, NoVariables, from.Span, arguments.HintFor([other]) ?? $"declare it above the first FROM: ARG {other}");
        return name.Length > 0 ? name : throw new BuildException(BuildFailure.Dockerfile, $"--from={from.Text} is blank", from.Span);

        string? Lookup(string variable)
        {
            if (!arguments.IsDeclared(variable))
                other ??= variable;
            return arguments.Lookup(variable);
        }
    }

    /// <summary>Refuses a name whose variables have another value where the instruction stands: whatever was meant, it would surprise.</summary>
    /// <exception cref="BuildException">An ENV or ARG of the stage or its base hides the global argument.</exception>
    public static void RefuseHidden(Word from, GlobalArguments arguments, VariableScope scope, WordExpander expander)
    {
        if (!from.Text.Contains('$', StringComparison.Ordinal))
            return;
        Guard.Expanding(from.Span, () => expander.Expand(from.Text, Lookup));

        string? Lookup(string variable)
        {
            var value = arguments.Lookup(variable);
            if (scope.Lookup(variable) is { } here && here != value)
                throw new BuildException(BuildFailure.Dockerfile, $"${variable} is \"{here}\" in this stage, but --from sees the global argument, which is \"{value}\"", from.Span,
                    "give one of the two another name");
            return value;
        }
    }
}
