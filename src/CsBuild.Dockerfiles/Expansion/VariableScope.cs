using System.Collections.ObjectModel;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>
/// The variables that hold at one place of a stage: what ENV and ARG have said so far. Immutable. The last writer of a
/// name wins, whether ENV or ARG; the image's environment is only what ENV wrote.
/// </summary>
public sealed class VariableScope
{
    // BuildKit's switches for SBOM scanning are ARGs that no command sees.
    private static readonly string[] NotExported = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

    private readonly KeyValuePair<string, string>[] _environment;
    private readonly KeyValuePair<string, string?>[] _arguments;
    private readonly Dictionary<string, string> _values;

    private VariableScope(
        KeyValuePair<string, string>[] environment, KeyValuePair<string, string?>[] arguments, Dictionary<string, string> values) =>
        (_environment, _arguments, _values) = (environment, arguments, values);

    /// <summary>No variables.</summary>
    public static VariableScope Empty { get; } = new([], [], new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>No variables, for an image for Windows: names that differ in case only are one name there.</summary>
    public static VariableScope EmptyOfWindows { get; } = new([], [], new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase));

    private IEqualityComparer<string> Names => _values.Comparer;

    /// <summary>What ENV wrote, each name once, in the order of its first writing: the image's environment.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment => new ReadOnlyCollection<KeyValuePair<string, string>>(_environment);

    /// <summary>
    /// The environment of a command: the names of ENV, then the ARGs that have a value in the order of their first
    /// declaration; each name once, with the value that holds here.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> CommandEnvironment
    {
        get
        {
            var written = new HashSet<string>(Names);
            foreach (var (name, _) in _environment)
            {
                written.Add(name);
                yield return new(name, _values[name]);
            }
            foreach (var (name, _) in _arguments)
            {
                if (_values.TryGetValue(name, out var value) && written.Add(name) && !NotExported.Contains(name))
                    yield return new(name, value);
            }
        }
    }

    /// <summary>Every declared ARG once, in the order of first declaration, with the value that its name has here (empty without one): the history's <c>|N k=v</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> DeclaredArgs
    {
        get
        {
            foreach (var (name, value) in _arguments)
                yield return new(name, _values.GetValueOrDefault(name, value ?? ""));
        }
    }

    /// <summary>The value of a name here, or null.</summary>
    public string? Lookup(string name) => _values.GetValueOrDefault(name);

    /// <summary>After an ENV.</summary>
    public VariableScope WithEnv(string name, string value) => WithEnv(new KeyValuePair<string, string>[] { new(name, value) });

    /// <summary>After an ENV with several names, or with the environment of a base image.</summary>
    public VariableScope WithEnv(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var environment = new List<KeyValuePair<string, string>>(_environment);
        var values = new Dictionary<string, string>(_values, Names);
        var places = new Dictionary<string, int>(Names);
        for (var i = 0; i < environment.Count; i++)
            places[environment[i].Key] = i;
        foreach (var variable in variables)
        {
            values[variable.Key] = variable.Value;
            if (places.TryGetValue(variable.Key, out var place))
            {
                environment[place] = variable;
                continue;
            }
            places[variable.Key] = environment.Count;
            environment.Add(variable);
        }
        return new([.. environment], _arguments, values);
    }

    /// <summary>After an ARG; without a value only the declaration counts, and what the name had stays.</summary>
    public VariableScope WithArg(string name, string? value)
    {
        var place = _arguments.Length - 1;
        while (place >= 0 && !Names.Equals(_arguments[place].Key, name))
            place--;
        var arguments = _arguments;
        if (place < 0)
            arguments = [.. _arguments, new(name, value)];
        else if (value is not null)
            (arguments = [.. _arguments])[place] = new(name, value);
        var values = _values;
        if (value is not null)
            values = new Dictionary<string, string>(_values, Names) { [name] = value };
        return new(_environment, arguments, values);
    }
}
