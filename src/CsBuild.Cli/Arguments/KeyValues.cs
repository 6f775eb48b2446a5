using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>Flags that are given several times and give a name a value each; of a name's values the last counts.</summary>
internal static class KeyValues
{
    private const string Epoch = "SOURCE_DATE_EPOCH";

    /// <summary>In the order of the names, whatever that of the flags.</summary>
    public static IReadOnlyDictionary<string, T> ByName<T>(IReadOnlyList<string> texts, Func<string, (string Name, T Value)> parse) =>
        texts.Count == 0 ? new Dictionary<string, T>() : Sorted(texts.Select(parse));

    /// <summary>--build-arg: a bare name takes its value from the environment; one that is not set there is left out.</summary>
    public static IReadOnlyDictionary<string, string> BuildArgs(IReadOnlyList<string> texts, Surroundings around)
    {
        // buildx does the same: a reproducible build is asked for by the environment as well
        var epoch = around.NonEmpty(Epoch);
        return texts.Count == 0 && epoch is null ? new Dictionary<string, string>() : BuildArgs(texts, epoch, around);
    }

    /// <summary>--label: a bare name is a label with an empty value.</summary>
    public static IReadOnlyDictionary<string, string> Labels(IReadOnlyList<string> texts) =>
        ByName(texts, text =>
        {
            var (key, value) = Split(text);
            return (key, value ?? "");
        });

    private static SortedDictionary<string, string> BuildArgs(IReadOnlyList<string> texts, string? epoch, Surroundings around)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var (key, value) = Split(text);
            if ((value ?? around.Variable(key)) is { } found)
                result[key] = found;
        }
        if (epoch is not null)
            result.TryAdd(Epoch, epoch);
        return result;
    }

    private static SortedDictionary<string, T> Sorted<T>(IEnumerable<(string Name, T Value)> values)
    {
        var result = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            result[name] = value;
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
