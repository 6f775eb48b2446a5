namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Names with values, the last written last.</summary>
internal sealed class Variables
{
    private readonly Dictionary<string, Variable> _values;
    private int _count;

    public Variables() => _values = new(StringComparer.Ordinal);

    /// <summary>A copy.</summary>
    public Variables(Variables other) => (_values, _count) = (new(other._values, StringComparer.Ordinal), other._count);

    /// <summary>In the order of the last writing.</summary>
    public IEnumerable<string> Names => _values.OrderBy(v => v.Value.Order).Select(v => v.Key);

    public string? Lookup(string name) => _values.TryGetValue(name, out var found) ? found.Value : null;

    public void Set(string name, string value) => _values[name] = new Variable(value, _count++);

    // A class: a dictionary of pairs would be code of its own, met by every start.
    private sealed record Variable(string Value, int Order);
}
