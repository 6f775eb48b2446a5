using System.Collections;
using System.Globalization;
using CsBuild.Oci.Layers;

namespace CsBuild.Caching;

/// <summary>
/// What a key is made of: names and values in the order in which they are hashed. Written as a collection initializer.
/// Not a list of pairs: the runtime has code for lists of references ready, and makes that for others when a build starts.
/// </summary>
internal sealed class KeyParts : IEnumerable
{
    private readonly List<string> _names = [];
    private readonly List<string?> _values = [];

    /// <summary>How many there are, those without a value too.</summary>
    public int Count => _names.Count;

    /// <summary>The name of a part.</summary>
    public string Name(int index) => _names[index];

    /// <summary>The value of a part; null where the part is left out.</summary>
    public string? Value(int index) => _values[index];

    /// <summary>Adds a part at the end; several may have one name.</summary>
    public void Add(string name, string? value)
    {
        _names.Add(name);
        _values.Add(value);
    }

    /// <summary>Adds a time, to the second; left out where there is none.</summary>
    public void Add(string name, UnixTime? time) => Add(name, time?.Seconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds all parts of another list.</summary>
    public void Add(KeyParts others)
    {
        _names.AddRange(others._names);
        _values.AddRange(others._values);
    }

    /// <summary>The names.</summary>
    IEnumerator IEnumerable.GetEnumerator() => _names.GetEnumerator();
}
