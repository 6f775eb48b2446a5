using System.Globalization;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Durations as Go writes them: <c>1h2m3.5s</c>, <c>500ms</c>, <c>0</c>.</summary>
public static class GoDuration
{
    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1e3m), ("µs", 1e3m), ("μs", 1e3m), ("ms", 1e6m), ("s", 1e9m), ("m", 60e9m), ("h", 3600e9m),
    ];

    /// <summary>Exact to 100 ns. <paramref name="problem"/> says what is wrong in a few words.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        duration = TimeSpan.Zero;
        problem = "";
        var negative = text.StartsWith('-');
        var rest = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return Fail("it is empty", out problem);
        var total = 0m;
        while (!rest.IsEmpty)
        {
            var number = rest[..Prefix(rest, c => char.IsAsciiDigit(c) || c == '.')];
            rest = rest[number.Length..];
            if (number.Length > 20 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return Fail("a number is expected", out problem);
            var unit = rest[..Prefix(rest, c => !char.IsAsciiDigit(c) && c != '.')];
            rest = rest[unit.Length..];
            if (unit.IsEmpty)
                return Fail("missing unit", out problem);
            if (Nanoseconds(unit) is not { } factor)
                return Fail($"unknown unit \"{unit}\"", out problem);
            total += value * factor;
            if (total > long.MaxValue)
                return Fail("it is too long", out problem);
        }
        // A little more than nothing must not become nothing: zero means "the default".
        duration = TimeSpan.FromTicks((long)(total is > 0m and < 100m ? 1m : total / 100m) * (negative ? -1 : 1));
        return true;
    }

    /// <summary>A text that <see cref="TryParse"/> reads as this duration; null for null.</summary>
    public static string? Print(TimeSpan? duration) =>
        duration is { } time ? string.Create(CultureInfo.InvariantCulture, $"{(decimal)time.Ticks * 100}ns") : null;

    private static decimal? Nanoseconds(ReadOnlySpan<char> unit)
    {
        foreach (var (name, nanoseconds) in Units)
        {
            if (unit.SequenceEqual(name))
                return nanoseconds;
        }
        return null;
    }

    private static int Prefix(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
            length++;
        return length;
    }

    private static bool Fail(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
