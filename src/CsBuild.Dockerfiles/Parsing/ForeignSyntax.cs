using System.Text;
using System.Text.Json;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// A frontend named in a file that is no Dockerfile at all: by <c>// syntax=</c> at the top, or by the member
/// <c>syntax</c> of a JSON object. BuildKit looks for both, so that files in other languages can say what reads them.
/// </summary>
internal static class ForeignSyntax
{
    private const int MaxDepth = 1000;

    /// <summary>The value and its place, or null.</summary>
    public static Word? Find(string text)
    {
        var lines = new PhysicalLines(text);
        var first = lines.Read();
        if (first is { } shebang && text.AsSpan(shebang.Start..shebang.End).StartsWith("#!"))
            first = lines.Read();
        if (first is not { } line)
            return null;
        var start = text.AsSpan(line.Start..line.End);
        if (start.StartsWith("//"))
            return InComments(lines, line);
        return start.TrimStart() is ['{', ..] ? InJson(text[line.Start..], line) : null;
    }

    private static Word? InComments(PhysicalLines lines, PhysicalLine line)
    {
        PhysicalLine? next = line;
        while (next is { } current)
        {
            var text = lines.Text[current.Start..current.End];
            if (!text.StartsWith("//", StringComparison.Ordinal) || DirectiveLine.TryRead(text, 2) is not { } directive)
                return null;
            if (directive.Key == "syntax")
                return new Word(directive.Value, Place(current.Number, directive.ValueStart, directive.Value.Length));
            next = lines.Read();
        }
        return null;
    }

    private static Word? InJson(string text, PhysicalLine line)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = MaxDepth });
        string? value = null;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("syntax"))
                    continue;
                reader.Read();
                value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
        return value is null ? null : new Word(value, Place(line.Number, 0, 1));
    }

    private static SourceSpan Place(int line, int start, int length) => new(line, start + 1, line, start + 1 + length);
}
