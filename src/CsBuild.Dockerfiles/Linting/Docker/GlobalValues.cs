using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>The variables that FROM can use: those of the platform, and the ARGs before the first FROM.</summary>
internal sealed class GlobalValues
{
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly Variables _values = new();

    private GlobalValues()
    {
    }

    /// <summary>Every name that FROM may use without anybody wondering.</summary>
    public IEnumerable<string> Known => _declared.Concat(_values.Names.Where(n => !_declared.Contains(n)));

    public string? Lookup(string name) => _values.Lookup(name);

    public bool IsKnown(string name) => _declared.Contains(name) || _values.Lookup(name) is not null;

    /// <param name="run">The file and what the caller gave.</param>
    /// <param name="withBuildArgs">False for the defaults of the file alone.</param>
    /// <exception cref="ExpansionException">A default cannot be expanded.</exception>
    public static GlobalValues Of(LintRun run, bool withBuildArgs)
    {
        var result = new GlobalValues();
        var given = run.Options.BuildArgs;
        foreach (var (name, value) in run.Options.PlatformArgs)
            result._values.Set(name, given.GetValueOrDefault(name, value));
        var characters = 0L;
        foreach (var instruction in run.File.GlobalArgs)
            foreach (var argument in instruction.Arguments)
            {
                if (ValueOf(run, result, argument, withBuildArgs) is { } value)
                {
                    result._values.Set(argument.Name, value);
                    if ((characters += value.Length) > ConfigBound.MostCharacters)
                        throw new ExpansionException(ConfigBound.ExceededByArguments);
                }
                result._declared.Add(argument.Name);
            }
        return result;
    }

    private static string? ValueOf(LintRun run, GlobalValues before, ArgDeclaration argument, bool withBuildArgs)
    {
        if (withBuildArgs && run.Options.BuildArgs.TryGetValue(argument.Name, out var value))
            return value;
        return argument.Default is { } text ? run.Expander.Expand(text.Text, before.Lookup) : null;
    }
}
