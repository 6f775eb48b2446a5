using System.Globalization;
using System.Text;

namespace CsBuild.Execution;

/// <summary>Texts as Go's fmt package writes them; histories of images hold such texts.</summary>
internal static class GoText
{
    /// <summary>Go's <c>%q</c>.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
            quoted.Append(rune.Value == '"' ? "\\\"" : Escaped(rune));
        return quoted.Append('"').ToString();
    }

    /// <summary>Go's <c>%q</c> of a whole number: the character with that number.</summary>
    public static string QuoteCharacter(int number)
    {
        var rune = Rune.IsValid(number) ? new Rune(number) : Rune.ReplacementChar;
        return $"'{(rune.Value == '\'' ? "\\'" : Escaped(rune))}'";
    }

    private static string Escaped(Rune rune) => rune.Value switch
    {
        '\\' => "\\\\",
        '\a' => "\\a",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\v' => "\\v",
        < 0x20 or 0x7F => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
        _ when IsPrintable(rune) => rune.ToString(),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
    };

    /// <summary>Go's <c>time.Duration.String</c>; null is zero.</summary>
    public static string Duration(TimeSpan? duration)
    {
        var nanoseconds = (duration ?? TimeSpan.Zero).Ticks * 100;
        if (nanoseconds == 0)
            return "0s";
        var sign = nanoseconds < 0 ? "-" : "";
        nanoseconds = Math.Abs(nanoseconds);
        if (nanoseconds < 1_000_000_000)
            return sign + nanoseconds switch
            {
                < 1_000 => $"{nanoseconds}ns",
                < 1_000_000 => Fraction(nanoseconds, 1_000) + "µs",
                _ => Fraction(nanoseconds, 1_000_000) + "ms",
            };
        var minutes = nanoseconds / 60_000_000_000;
        var seconds = Fraction(nanoseconds % 60_000_000_000, 1_000_000_000) + "s";
        return sign + minutes switch
        {
            0 => seconds,
            < 60 => $"{minutes}m{seconds}",
            _ => $"{minutes / 60}h{minutes % 60}m{seconds}",
        };
    }

    private static string Fraction(long value, long unit) => ((decimal)value / unit).ToString("0.#########", CultureInfo.InvariantCulture);

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
