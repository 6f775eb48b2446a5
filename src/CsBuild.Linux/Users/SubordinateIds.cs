using System.Globalization;

namespace CsBuild.Linux.Users;

/// <summary>
/// The ids that the administrator lent to a user: <c>/etc/subuid</c> and <c>/etc/subgid</c>, lines of
/// <c>name-or-number:first:count</c>. subuid(5).
/// </summary>
internal static class SubordinateIds
{
    public const string Users = "/etc/subuid";
    public const string Groups = "/etc/subgid";

    /// <summary>Images use ids up to 65534; a shorter range serves only some of them.</summary>
    public const uint Usual = 65536;

    private const int MaxFile = 4 << 20;
    private const int MaxRanges = 339; // a map has at most 340 lines (Linux 4.15), the first is the user's own

    /// <summary>What a file says of a user, in its order.</summary>
    public static IReadOnlyList<(uint First, uint Count)> Read(string path, string? name, uint uid)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaxFile)
            return [];
        return Parse(File.ReadLines(path), name, uid);
    }

    /// <summary>As <see cref="Read"/>, of lines. Lines that make no sense do not count; nor do ranges that overlap an earlier one.</summary>
    internal static IReadOnlyList<(uint First, uint Count)> Parse(IEnumerable<string> lines, string? name, uint uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        var ranges = new List<(uint First, uint Count)>();
        foreach (var line in lines)
        {
            if (line.Trim().Split(':') is not [var owner, var first, var count] || (owner != number && (name is null || owner != name)))
                continue;
            if (!uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                || !uint.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var many)
                || many == 0 || from == 0 || from > uint.MaxValue - many)
                continue;
            if (!ranges.Any(range => from < range.First + range.Count && range.First < from + many) && ranges.Count < MaxRanges)
                ranges.Add((from, many));
        }
        return ranges;
    }

    /// <summary>The map that gives a user's namespace its ids: 0 is the user, 1 and on are the lent ones.</summary>
    public static IReadOnlyList<IdRange> Map(uint own, IReadOnlyList<(uint First, uint Count)> lent)
    {
        var map = new List<IdRange> { new(0, own, 1) };
        uint next = 1;
        foreach (var (first, count) in lent)
        {
            map.Add(new IdRange(next, first, count));
            next += count;
        }
        return map;
    }

    /// <summary>The name of a user in <c>/etc/passwd</c>, or null: then only numbers are looked for.</summary>
    public static string? NameOf(uint uid)
    {
        const string path = "/etc/passwd";
        if (!File.Exists(path) || new FileInfo(path).Length > MaxFile)
            return null;
        foreach (var line in File.ReadLines(path))
            if (line.Split(':') is [var name, _, var id, ..] && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == uid)
                return name;
        return null;
    }
}
