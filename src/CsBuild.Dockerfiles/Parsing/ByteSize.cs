using System.Globalization;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Sizes with binary units: <c>64m</c>, <c>1.5GiB</c>, <c>4096</c>.</summary>
public static class ByteSize
{
    /// <summary>Bytes, or null where the text is not a size.</summary>
    public static long? TryParse(string text)
    {
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        if (!decimal.TryParse(text.AsSpan(0, Math.Min(digits, 24)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        var unit = text[digits..].TrimStart(' ').ToLowerInvariant();
        if (unit.EndsWith("ib", StringComparison.Ordinal) && unit.Length == 3)
            unit = unit[..1];
        else if (unit.EndsWith('b') && unit.Length == 2)
            unit = unit[..1];
        var power = unit is "" or "b" ? 0 : unit.Length == 1 ? "kmgtp".IndexOf(unit[0], StringComparison.Ordinal) + 1 : -1;
        if (power < 0 || (power == 0 && unit is not ("" or "b")) || digits > 24)
            return null;
        var bytes = number * (1L << (10 * power));
        return bytes <= long.MaxValue ? (long)bytes : null;
    }
}
