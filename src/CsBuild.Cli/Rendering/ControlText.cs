using System.Text;

namespace CsBuild.Cli.Rendering;

/// <summary>
/// Makes text from steps and registries harmless for a terminal: no escape sequences, no control characters but tab
/// and line feed, no marks that turn the direction of writing around.
/// </summary>
internal static class ControlText
{
    public static string Clean(string text)
    {
        if (!Contains(text, IsSuspect))
            return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\x1b' or '\x9b' or '\x9d' or '\x90')
                i = EndOfSequence(text, i);
            else if (!IsSuspect(text[i]))
                clean.Append(text[i]);
        }
        return clean.ToString();
    }

    /// <summary>One line as a terminal would have shown it: what came after the last carriage return.</summary>
    public static string CleanLine(string line)
    {
        line = line.TrimEnd('\r');
        return Clean(line[(line.LastIndexOf('\r') + 1)..]);
    }

    /// <summary>For a name or a message that must stay on one line.</summary>
    public static string OneLine(string text) => Clean(Contains(text, EndsLine) ? text.ReplaceLineEndings(" ") : text);

    // A loop over the text is ready at once; searching by a set first makes the set, when a build starts.
    private static bool Contains(string text, Func<char, bool> isOne)
    {
        foreach (var c in text)
            if (isOne(c))
                return true;
        return false;
    }

    // As string.ReplaceLineEndings has it.
    private static bool EndsLine(char c) => c is '\n' or '\r' or '\f' or '\u0085' or '\u2028' or '\u2029';

    private static bool IsSuspect(char c) =>
        c is (< ' ' and not ('\t' or '\n')) or (>= '\x7f' and <= '\x9f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    // The index of the sequence's last character (ECMA-48): CSI ends at a letter, OSC and DCS at BEL or ST.
    private static int EndOfSequence(string text, int start)
    {
        var i = start;
        var kind = text[i] switch { '\x9b' => '[', '\x9d' => ']', '\x90' => 'P', _ => ++i < text.Length ? text[i] : ' ' };
        switch (kind)
        {
            case '[':
                while (++i < text.Length && text[i] is >= ' ' and < '@')
                {
                }
                return i;
            case ']' or 'P' or '_' or '^' or 'X':
                while (++i < text.Length && text[i] is not ('\a' or '\x9c' or '\n'))
                {
                    if (text[i] == '\x1b' && i + 1 < text.Length && text[i + 1] == '\\')
                        return i + 1;
                }
                return i;
            default:
                return i;
        }
    }
}
