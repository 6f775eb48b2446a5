using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>
/// The named contexts of a request. An image's name means the same in all its spellings, with and without registry and
/// <c>:latest</c>; <c>NAME::PLATFORM</c> goes before <c>NAME</c>.
/// </summary>
internal sealed class ContextNames(IReadOnlyDictionary<string, NamedContext> contexts)
{
    // These have a meaning of their own, which nobody can change.
    private static readonly string[] Reserved = ["scratch", "context"];

    private readonly List<Entry> _all = Split(contexts);

    private sealed record Entry(string Name, string? Platform, NamedContext Context);

    /// <summary>The context for a name as written, or null.</summary>
    public NamedContext? Find(string name, Platform platform)
    {
        if (_all.Count == 0 || Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        var canonical = Canonical(name);
        NamedContext? found = null;
        foreach (var (key, only, context) in _all)
        {
            if (!string.Equals(key, canonical, StringComparison.OrdinalIgnoreCase))
                continue;
            if (only is null)
                found ??= context;
            else if (IsFor(only, platform))
                return context;
        }
        return found;
    }

    private static List<Entry> Split(IReadOnlyDictionary<string, NamedContext> contexts)
    {
        var entries = new List<Entry>(contexts.Count);
        foreach (var (key, context) in contexts)
        {
            var colons = key.IndexOf("::", StringComparison.Ordinal);
            entries.Add(colons < 0 ? new(Canonical(key), null, context) : new(Canonical(key[..colons]), key[(colons + 2)..], context));
        }
        return entries;
    }

    // A name that is no image's, since it is not in lower case, may still be a stage's.
    private static string Canonical(string name) =>
        ImageReference.TryParse(name, out var reference) || ImageReference.TryParse(name.ToLowerInvariant(), out reference) ? reference.ToString() : name;

    private static bool IsFor(string text, Platform platform)
    {
        try
        {
            return Platform.Parse(text, platform) == platform;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
