using System.Text;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>A text with the fixes of findings made; all else in it is as it was.</summary>
/// <param name="Text">The text.</param>
/// <param name="Made">How many findings were mended.</param>
public sealed record FixedText(string Text, int Made)
{
    /// <summary>Makes the fixes that do not get in each other's way, the first ones first.</summary>
    public static FixedText Apply(string text, IEnumerable<LintFinding> findings)
    {
        var source = new SourceText(text);
        var edits = new SortedList<int, (int End, string Text)>();
        var made = 0;
        foreach (var fix in findings.Select(f => f.Fix).OfType<LintFix>())
        {
            var places = fix.Edits.Select(e => (Start: source.Offset(e.Span.StartLine, e.Span.StartColumn), End: source.Offset(e.Span.EndLine, e.Span.EndColumn), e.Text)).ToArray();
            if (places.All(p => edits.TryGetValue(p.Start, out var there) && there == (p.End, p.Text)))
                made++; // another finding wants the very same
            else if (places.All(p => IsFree(edits, p.Start, p.End)))
            {
                foreach (var (start, end, replacement) in places)
                    edits.Add(start, (end, replacement));
                made++;
            }
        }
        return made == 0 ? new FixedText(text, 0) : new FixedText(Edit(text, edits), made);
    }

    private static bool IsFree(SortedList<int, (int End, string Text)> edits, int start, int end)
    {
        foreach (var (otherStart, (otherEnd, _)) in edits)
            if (start < otherEnd && otherStart < end || start == otherStart)
                return false;
        return true;
    }

    private static string Edit(string text, SortedList<int, (int End, string Text)> edits)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        foreach (var (start, (end, replacement)) in edits)
        {
            result.Append(text, position, start - position).Append(replacement);
            position = end;
        }
        return result.Append(text, position, text.Length - position).ToString();
    }
}
