using System.Globalization;

namespace CsBuild.Linux.Users;

/// <summary>A line of an id map: <paramref name="Count"/> ids that are <paramref name="Inside"/> and on in a user namespace and <paramref name="Outside"/> and on above it.</summary>
internal readonly record struct IdRange(uint Inside, uint Outside, uint Count)
{
    /// <summary>Reads <c>/proc/PID/uid_map</c> or <c>gid_map</c>.</summary>
    public static IReadOnlyList<IdRange> Parse(string text)
    {
        var ranges = new List<IdRange>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            ranges.Add(new IdRange(Number(words[0]), Number(words[1]), Number(words[2])));
        }
        return ranges;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Inside} {Outside} {Count}");

    private static uint Number(string word) => uint.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
