using System.Globalization;
using System.Text;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>A text in quotes as Go's <c>%q</c> writes it: BuildKit's messages have them.</summary>
internal static class GoQuoted
{
    public static string Of(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
            quoted.Append(One(rune));
        return quoted.Append('"').ToString();
    }

    private static string One(Rune rune) => rune.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
        _ => rune.ToString(),
    };
}
