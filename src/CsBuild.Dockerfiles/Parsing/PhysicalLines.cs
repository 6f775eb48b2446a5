using System.Text;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>One line of the file: where its text starts and ends, and where the next one starts.</summary>
internal readonly record struct PhysicalLine(int Number, int Start, int End, int Next);

/// <summary>Walks over a text line by line without copying it.</summary>
internal sealed class PhysicalLines(string text)
{
    /// <summary>Longer lines are refused, as BuildKit does.</summary>
    public const int MaxLineBytes = 65535;

    private int _position = text.StartsWith('\ufeff') ? 1 : 0;

    public string Text => text;

    /// <summary>The number of the last line that was read; 0 before the first.</summary>
    public int Number { get; private set; }

    /// <summary>The next line without its line end (any number of CR, one LF), or null at the end of the file.</summary>
    public PhysicalLine? Read()
    {
        if (_position >= text.Length)
            return null;
        var start = _position;
        var newline = text.IndexOf('\n', start);
        var end = newline < 0 ? text.Length : newline;
        _position = newline < 0 ? text.Length : newline + 1;
        Number++;
        if (end - start > MaxLineBytes / 3 && Encoding.UTF8.GetByteCount(text.AsSpan(start..end)) > MaxLineBytes)
            throw new SyntaxFault($"dockerfile line greater than max allowed size of {MaxLineBytes}", new SourceSpan(Number, 1, Number, 1));
        while (end > start && text[end - 1] == '\r')
            end--;
        return new PhysicalLine(Number, start, end, _position);
    }

    /// <summary>The column of a position on a line that starts at <paramref name="start"/>.</summary>
    public static int Column(int start, int position) => position - start + 1;
}
