using System.Text;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Breaks a line that is longer than a parser takes, where a continuation gives it back as it was.</summary>
internal static class LongLine
{
    // A character of a line may be three bytes; what is left over is for the escape character.
    private const int MaxCharacters = (PhysicalLines.MaxLineBytes / 3) - 1;

    public static string Break(string line, char escape)
    {
        if (line.Length <= MaxCharacters)
            return line;
        var text = new StringBuilder(line.Length + 16);
        var start = 0;
        while (line.Length - start > MaxCharacters)
        {
            var end = LastPlace(line, start, escape);
            if (end < 0)
                break;
            text.Append(line, start, end - start).Append(escape).Append('\n');
            start = end;
        }
        return text.Append(line, start, line.Length - start).ToString();
    }

    // Not behind an escape character, and not where the next line would be empty or begin as a comment. From the
    // longest stretch on backwards; if there is no place in it, further on, up to what bytes allow.
    private static int LastPlace(string line, int start, char escape)
    {
        for (var end = start + MaxCharacters; end > start; end--)
        {
            if (CanEnd(line, end, escape))
                return end;
        }
        for (var end = start + MaxCharacters + 1; end < line.Length && Encoding.UTF8.GetByteCount(line.AsSpan(start..end)) < PhysicalLines.MaxLineBytes; end++)
        {
            if (CanEnd(line, end, escape))
                return end;
        }
        return -1;
    }

    private static bool CanEnd(string line, int end, char escape)
    {
        if (line[end - 1] == escape || char.IsLowSurrogate(line[end]) || char.IsWhiteSpace(line[end]) || line[end] == '#')
            return false;
        // Blanks before the escape character stay, but those alone on a line would not.
        return !char.IsWhiteSpace(line[end - 1]);
    }
}
