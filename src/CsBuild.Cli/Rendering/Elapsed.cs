using System.Globalization;

namespace CsBuild.Cli.Rendering;

/// <summary>Times and sizes as people read them.</summary>
internal static class Elapsed
{
    /// <summary><c>0.2s</c>.</summary>
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0}s");

    /// <summary>Five characters before a line of output: <c>0.123</c>, <c>12.34</c>, <c>123.4</c>.</summary>
    public static string Stamp(TimeSpan time)
    {
        var text = Math.Max(0, time.TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture);
        return text.Length <= 5 ? text : text[..Math.Max(5, text.IndexOf('.', StringComparison.Ordinal))].TrimEnd('.');
    }

    /// <summary><c>12.3MB</c>, decimal as Docker writes sizes.</summary>
    public static string Size(long bytes)
    {
        ReadOnlySpan<string> units = ["B", "kB", "MB", "GB", "TB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1000 && unit < units.Length - 1; unit++)
            value /= 1000;
        var format = unit == 0 || value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture) + units[unit];
    }
}
