using System.Globalization;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Arguments;

/// <summary>Sizes, ages and filters, from a command line or a config file.</summary>
internal static class PruneArguments
{
    /// <param name="place">What to call the source of the values in messages.</param>
    /// <param name="root">The store, for percentages of its disk.</param>
    /// <param name="all">See <see cref="PruneOptions.All"/>.</param>
    /// <param name="filters">Filters; <c>until</c> is an age.</param>
    /// <param name="reserved">A size, or null.</param>
    /// <param name="most">A size, or null.</param>
    /// <param name="free">A size, or null.</param>
    public static PruneOptions Read(string place, string root, bool all, IReadOnlyList<string> filters, string? reserved, string? most, string? free) => new()
    {
        All = all,
        UnusedFor = filters.Where(IsAge).Select(f => (TimeSpan?)Age(f["until=".Length..], place)).Max(),
        Filters = [.. filters.Where(f => !IsAge(f)).Select(f => Filter(f, place))],
        ReservedSpace = Space(reserved, root, place),
        MaxUsedSpace = Space(most, root, place),
        MinFreeSpace = Space(free, root, place),
    };

    /// <summary>A filter on an item.</summary>
    public static ItemFilter Filter(string text, string place)
    {
        try
        {
            return ItemFilter.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{e.Message} (in {place})", "for example: --filter type=exec.cachemount --filter until=48h");
        }
    }

    /// <summary>Bytes: <c>512MB</c>, <c>10g</c>, <c>1.5GiB</c> (units are of 1024, as in buildx), or <c>10%</c> of the disk.</summary>
    public static long Space(string? text, string root, string place)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..].Trim().ToLowerInvariant();
        if (!double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            throw Invalid(text, place);
        if (unit == "%")
            return number <= 100 ? (long)(new DriveInfo(Existing(root)).TotalSize / 100.0 * number) : throw Invalid(text, place);
        var power = "bkmgtp".IndexOf(unit.Length == 0 ? 'b' : unit[0], StringComparison.Ordinal);
        if (power < 0 || unit is not ("" or "b") && unit[1..] is not ("" or "b" or "ib"))
            throw Invalid(text, place);
        var bytes = number * Math.Pow(1024, power);
        return bytes < long.MaxValue ? (long)bytes : throw Invalid(text, place);
    }

    /// <summary>A duration as Go writes it, <c>1h30m</c>, and days: <c>7d</c>.</summary>
    public static TimeSpan Age(string text, string place)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
                digits++;
            var letters = digits;
            while (letters < rest.Length && char.IsAsciiLetter(rest[letters]))
                letters++;
            var seconds = rest[digits..letters] switch { "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, "ms" => 0.001, _ => 0 };
            if (seconds == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * seconds > 1e10)
                throw new UsageException($"invalid duration `{text}` in {place}", "for example: 24h, 1h30m, 7d");
            total += TimeSpan.FromSeconds(number * seconds);
            rest = rest[letters..];
        }
        return text.Length > 0 ? total : throw new UsageException($"an empty duration in {place}", "for example: 24h");
    }

    private static bool IsAge(string filter) => filter.StartsWith("until=", StringComparison.Ordinal);

    private static string Existing(string root)
    {
        while (!Directory.Exists(root))
            root = Path.GetDirectoryName(root)!;
        return root;
    }

    private static UsageException Invalid(string text, string place) => new($"invalid size `{text}` in {place}", "for example: 512MB, 10GB, 20%");
}
