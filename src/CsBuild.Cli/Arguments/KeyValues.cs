using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>The values of --build-arg and --label.</summary>
internal static class KeyValues
{
    /// <summary>A bare name takes its value from the environment; one that is not set there is left out.</summary>
    public static IReadOnlyDictionary<string, string> BuildArgs(IEnumerable<string> values, Surroundings around)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in values)
        {
            var (key, value) = Split(text);
            if ((value ?? around.Variable(key)) is { } found)
                result[key] = found;
        }
        // buildx does the same: a reproducible build is asked for by the environment as well
        if (around.NonEmpty("SOURCE_DATE_EPOCH") is { } epoch)
            result.TryAdd("SOURCE_DATE_EPOCH", epoch);
        return result;
    }

    /// <summary>A bare name is a label with an empty value.</summary>
    public static IReadOnlyDictionary<string, string> Labels(IEnumerable<string> values)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in values)
        {
            var (key, value) = Split(text);
            result[key] = value ?? "";
        }
        return result;
    }

    private static (string Key, string? Value) Split(string text)
    {
        var parts = text.Split('=', 2);
        if (parts[0].Length == 0)
            throw new UsageException($"invalid key-value pair \"{text}\": empty key");
        return (parts[0], parts.Length == 2 ? parts[1] : null);
    }
}
