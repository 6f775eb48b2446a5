using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>Walks through the members of one object: none may be there twice, and what nobody knows is kept.</summary>
internal sealed class JsonMembers
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>The members that were kept, or null.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; private set; }

    /// <summary>Steps to the value of the next member and gives its name; null at the end.</summary>
    public string? Next(ref JsonInput input) =>
        input.NextName() is not { } name ? null : _seen.Add(name) ? name : throw Twice(name);

    public void Keep(string name, ref JsonInput input) =>
        (Unknown ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[name] = input.Anything();

    /// <summary>Refuses an object that lacks one of these; a null counts as there.</summary>
    public void Require(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (!_seen.Contains(name))
                throw new JsonException($"`{name}` is missing");
    }

    public static JsonException Twice(string name) => new($"`{name}` is there twice");
}
