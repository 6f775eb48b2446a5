using System.Globalization;
using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>One instruction while it is written: a line, and the bodies of here-documents below it.</summary>
internal sealed class InstructionWriter(string keyword, char escape)
{
    private readonly StringBuilder _line = new(keyword);
    private readonly StringBuilder _bodies = new();

    // A text that ends as a continuation would take in the next line. A vertical tab is trimmed, and ends none. A trigger keeps
    // what is behind it; it can end so at the end of a file only, where it was continued, and is again.
    public override string ToString()
    {
        var line = _line.ToString();
        var end = line.AsSpan().TrimEnd(" \t");
        var isContinued = end.Length > 0 && end[^1] == escape && (end.Length == 1 || end[^2] != escape);
        return LongLine.Break(isContinued ? line + (keyword == "ONBUILD" ? escape : '\v') : line, escape) + _bodies;
    }

    /// <summary>Text as it is; from a line end on it stands below the line.</summary>
    public void Raw(string text)
    {
        var newline = text.IndexOf('\n', StringComparison.Ordinal);
        _line.Append(' ').Append(newline < 0 ? text : text[..newline]);
        if (newline >= 0)
            _bodies.Append(text, newline, text.Length - newline);
    }

    public void Flag(string name, Word? value) => Flag(name, value?.Text);

    public void Flag(string name, string? value)
    {
        if (value is null)
            return;
        // Quotes come in pairs where that is possible: what looks for here-documents knows only the backslash.
        var quote = !value.Any(c => char.IsWhiteSpace(c) || c is '\'' or '"') ? "" : value.Contains('"', StringComparison.Ordinal) ? "'" : "\"";
        _line.Append(" --").Append(name).Append('=').Append(quote);
        foreach (var character in value)
        {
            if (character == escape || (quote.Length > 0 && character == quote[0]))
                _line.Append(escape);
            _line.Append(character);
        }
        _line.Append(quote);
    }

    public void Switch(string name, bool? on)
    {
        if (on is { } value)
            Flag(name, value ? "true" : "false");
    }

    /// <summary>Arguments as they are; where the first looks like a flag, a mark says that it is none.</summary>
    public void Words(IEnumerable<string> words)
    {
        var text = string.Join(' ', words);
        Raw(text.StartsWith("--", StringComparison.Ordinal) ? "-- " + text : text);
    }

    /// <summary>Sources and here-documents in the order in which they stood: a quote in one can hide the next.</summary>
    public void Files(IReadOnlyList<Word> sources, IReadOnlyList<Heredoc> heredocs, string destination)
    {
        var words = sources.Select(s => (s.Span, s.Text)).Concat(heredocs.Select(h => (h.Span, Text: Head(h))));
        var line = new StringBuilder();
        foreach (var word in words.OrderBy(w => w.Span.StartLine).ThenBy(w => w.Span.StartColumn).Select(w => w.Text))
            // A mark takes in the blanks behind it, but for this one.
            line.Append(word).Append(word.EndsWith("<<", StringComparison.Ordinal) ? '\v' : ' ');
        Words([line.Append(destination).ToString()]);
        AppendBodies(Announced(heredocs));
    }

    // One inside the quotes of other words announces no body: it has that of the one with its name.
    private IEnumerable<Heredoc> Announced(IReadOnlyList<Heredoc> heredocs)
    {
        foreach (var head in HeredocHead.FindAll(_line.ToString()))
            if (heredocs.FirstOrDefault(h => h.Name == head.Name) is { } heredoc)
                yield return heredoc;
    }

    /// <summary>Words where they can stand so, else the JSON form.</summary>
    public void WordsOrJson(IReadOnlyList<string> words)
    {
        var line = string.Join(' ', words);
        var canBeWords = words.All(w => w.Length > 0 && !w.Any(Grammar.IsBlank)) && line.Length == line.AsSpan().Trim().Length
            && !JsonGrammar.IsJsonForm(line) && (keyword is not ("COPY" or "ADD") || HeredocHead.FindAll($"{keyword} {line}").Count == 0);
        if (canBeWords)
            Words(words);
        else
            Json(words);
    }

    public void Json(IReadOnlyList<string> words) => Raw("[" + string.Join(", ", words.Select(Quote)) + "]");

    /// <summary>The exec form, or a text: on the line, or where that cannot be, as a here-document.</summary>
    public void Command(CommandLine command)
    {
        if (command is CommandLine.Exec exec)
            Json(exec.Arguments);
        else if (command is CommandLine.Shell { Text: var text } && text.EndsWith('\n'))
            Heredocs([new Heredoc(FreeName(text), text, false, false, 0)]);
        else if (command is CommandLine.Shell { Text.Length: > 0 } shell)
            Words([shell.Text]);
    }

    /// <summary>Here-documents as the only arguments.</summary>
    public void Heredocs(IReadOnlyList<Heredoc> heredocs)
    {
        Raw(string.Join(' ', heredocs.Select(Head)));
        AppendBodies(heredocs);
    }

    private void AppendBodies(IEnumerable<Heredoc> heredocs)
    {
        foreach (var heredoc in heredocs)
            _bodies.Append('\n').Append(heredoc.Body).Append(heredoc.Name);
    }

    private static string Head(Heredoc heredoc)
    {
        var head = new StringBuilder();
        if (heredoc.FileDescriptor != 0)
            head.Append(CultureInfo.InvariantCulture, $"{heredoc.FileDescriptor}");
        head.Append("<<").Append(heredoc.StripTabs ? "-" : "").Append(heredoc.Expand ? "" : "\"");
        foreach (var character in heredoc.Name)
        {
            var isSpecial = heredoc.Expand ? character < 0x80 && !char.IsAsciiLetterOrDigit(character) && character != '_' : character is '"' or '$' or '\\';
            head.Append(isSpecial || (heredoc.Expand && char.IsWhiteSpace(character)) ? "\\" : "").Append(character);
        }
        return head.Append(heredoc.Expand ? "" : "\"").ToString();
    }

    private static string FreeName(string body)
    {
        var lines = body.Split('\n').Select(l => l.TrimEnd('\r')).ToHashSet(StringComparer.Ordinal);
        var name = "EOF";
        while (lines.Contains(name))
            name += "_";
        return name;
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character < ' ')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                quoted.Append(character is '"' or '\\' ? "\\" : "").Append(character);
        }
        return quoted.Append('"').ToString();
    }
}
