using System.Text;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// The first pass: from physical lines to logical ones. Comments and blank lines go, continuations are joined, directives
/// at the top are taken in. Heredoc bodies are read on demand, since only the second pass knows where they begin.
/// </summary>
internal sealed class LineReader(PhysicalLines lines, DirectiveReader directives, DiagnosticBag diagnostics)
{
    private readonly List<Word> _comments = [];

    /// <summary>The comments between the instruction before and the line that was read last, from the last empty one on. Blank lines between them mean nothing, as in BuildKit.</summary>
    public IReadOnlyList<Word> Comments { get; private set; } = [];

    /// <summary>The last physical line that was read.</summary>
    public int LineNumber => lines.Number;

    /// <summary>Where that line ends.</summary>
    public int EndColumn { get; private set; }

    /// <summary>The next instruction's text, or null at the end of the file.</summary>
    public LogicalLine? Read()
    {
        while (lines.Read() is { } line)
        {
            var start = SkipBlanks(line.Start, line.End);
            if (!directives.HasEnded && directives.TryRead(lines.Text[start..line.End], new LinePiece(0, line.Number, PhysicalLines.Column(line.Start, start))))
                continue;
            if (start == line.End)
                continue;
            if (lines.Text[start] == '#')
            {
                AddComment(line, start);
                continue;
            }
            Comments = _comments.Count == 0 ? [] : [.. _comments];
            _comments.Clear();
            return Join(line, start);
        }
        return null;
    }

    /// <summary>Reads a here-document's body up to its delimiter; null where the file ends before.</summary>
    public string? ReadBody(string delimiter, bool stripTabs)
    {
        int? bodyStart = null;
        while (lines.Read() is { } line)
        {
            bodyStart ??= line.Start;
            EndColumn = PhysicalLines.Column(line.Start, line.End);
            var content = lines.Text.AsSpan(line.Start..line.End);
            if ((stripTabs ? content.TrimStart('\t') : content).SequenceEqual(delimiter))
                return lines.Text[bodyStart.Value..line.Start];
        }
        return null;
    }

    private LogicalLine Join(PhysicalLine line, int start)
    {
        var first = line.Number;
        var end = WithoutContinuation(start, line.End);
        var continued = end != line.End;
        var joined = new Joined();
        joined.Add(lines.Text, line, start, end);
        var blanks = false;
        while (continued && lines.Read() is { } next)
        {
            start = SkipBlanks(next.Start, next.End);
            if (start == next.End)
            {
                blanks = true;
                continue;
            }
            if (lines.Text[start] == '#')
                continue;
            end = WithoutContinuation(next.Start, next.End);
            continued = end != next.End;
            joined.Add(lines.Text, next, next.Start, end);
        }
        var result = joined.ToLine(first);
        if (blanks)
            WarnOfBlankLines(result);
        return result;
    }

    /// <summary>Where the text ends without a continuation at its end, or its end where there is none: one escape character, not two, and blanks after it.</summary>
    private int WithoutContinuation(int start, int end)
    {
        var last = end - 1;
        while (last >= start && lines.Text[last] is ' ' or '\t')
            last--;
        var escape = directives.Escape;
        if (last < start || lines.Text[last] != escape || (last > start && lines.Text[last - 1] == escape))
            return end;
        return last;
    }

    private int SkipBlanks(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(lines.Text[start]))
            start++;
        return start;
    }

    private void AddComment(PhysicalLine line, int start)
    {
        var text = lines.Text[(start + 1)..line.End].Trim();
        if (text.Length == 0)
        {
            _comments.Clear();
            return;
        }
        var column = PhysicalLines.Column(line.Start, start);
        _comments.Add(new Word(text, new SourceSpan(line.Number, column, line.Number, PhysicalLines.Column(line.Start, line.End))));
    }

    private void WarnOfBlankLines(LogicalLine line)
    {
        var span = line.SpanOf(0, line.Text.Length);
        diagnostics.Add(new Diagnostic(
            "NoEmptyContinuation", Severity.Warning, "Empty continuation line", span, "remove the blank line, or put a # on it"));
    }

    /// <summary>Pieces of physical lines, put together.</summary>
    private sealed class Joined
    {
        private readonly List<LinePiece> _pieces = [];
        private string? _only;
        private StringBuilder? _text;
        private int _length;

        public void Add(string source, PhysicalLine line, int start, int end)
        {
            _pieces.Add(new LinePiece(_length, line.Number, PhysicalLines.Column(line.Start, start)));
            _length += end - start;
            if (_only is null)
            {
                _only = source[start..end];
                return;
            }
            _text ??= new StringBuilder(_only);
            _text.Append(source, start, end - start);
        }

        public LogicalLine ToLine(int first)
        {
            var whole = _text?.ToString() ?? _only!;
            var text = whole.Trim();
            if (text.Length == whole.Length)
                return new LogicalLine(whole, _pieces, first);
            var cut = whole.Length - whole.TrimStart().Length;
            return new LogicalLine(text, cut == 0 ? _pieces : Shift(cut), first) { Trailing = whole[(cut + text.Length)..] };
        }

        private List<LinePiece> Shift(int cut)
        {
            var current = _pieces.FindLastIndex(p => p.Offset <= cut);
            var shifted = new List<LinePiece> { _pieces[current] with { Offset = 0, Column = _pieces[current].Column + cut - _pieces[current].Offset } };
            foreach (var piece in _pieces.Skip(current + 1))
                shifted.Add(piece with { Offset = piece.Offset - cut });
            return shifted;
        }
    }
}
