using System.Text;

namespace CsBuild.Cli.Rendering;

/// <summary>How wide a text is on a terminal: East Asian characters and emoji take two cells, combining marks none.</summary>
internal static class Cells
{
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
            width += Width(rune);
        return width;
    }

    /// <summary>The text, cut with an ellipsis where it is wider than <paramref name="width"/>.</summary>
    public static string Fit(string text, int width)
    {
        if (text.Length <= width / 2 || Width(text) <= width)
            return text;
        var result = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += Width(rune);
            if (used > width - 1)
                break;
            result.Append(rune);
        }
        return result.Append('…').ToString();
    }

    private static int Width(Rune rune) => rune.Value switch
    {
        >= 0x300 and <= 0x36f or 0x200d or >= 0xfe00 and <= 0xfe0f => 0,
        >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3 or >= 0xf900 and <= 0xfaff
            or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60 or >= 0x1f300 and <= 0x1faff or >= 0x20000 and <= 0x3fffd => 2,
        _ => 1,
    };
}
