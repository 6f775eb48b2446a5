using System.Globalization;
using System.Text;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Text that somebody else wrote and that a person will see: no control characters, nothing that turns the direction
/// of writing, and never long.
/// </summary>
internal static class RemoteText
{
    public const int MaxLength = 300;

    public static string Clean(string? text, int maxLength = MaxLength)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (clean.Length >= maxLength)
                return clean.Append('…').ToString();
            var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
            if (!hidden)
                clean.Append(rune);
            else if (clean.Length > 0 && clean[^1] != ' ')
                clean.Append(' ');
        }
        return clean.ToString().Trim();
    }
}
