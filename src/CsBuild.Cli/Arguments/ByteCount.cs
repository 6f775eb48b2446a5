using System.Globalization;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>A number of bytes: <c>64m</c>, <c>1.5g</c>, <c>1048576</c>; units are powers of 1024.</summary>
internal static class ByteCount
{
    private const string Units = "bkmgt";

    public static long Parse(string flag, string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        if (lower.Length > 1 && lower.EndsWith('b') && Units.Contains(lower[^2], StringComparison.Ordinal))
            lower = lower[..^1];
        var unit = lower.Length == 0 ? -1 : Units.IndexOf(lower[^1], StringComparison.Ordinal);
        var number = unit < 0 ? lower : lower[..^1];
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            throw new UsageException($"invalid value `{text}` of --{flag}", "a number with b, k, m or g, for example 512m");
        var factor = 1L << (10 * Math.Max(unit, 0));
        return value <= long.MaxValue / factor ? (long)(value * factor) : throw new UsageException($"the value `{text}` of --{flag} is too large");
    }
}
