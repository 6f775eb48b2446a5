using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// The <c># key=value</c> lines at the top. The first line that is not one ends them, so later ones are comments.
/// </summary>
/// <remarks>
/// BuildKit reads them twice, and so do we: <c>escape</c> is looked for on lines without the blanks before them;
/// <c>syntax</c> and <c>check</c> only on lines that begin with the mark, but also below a first line with <c>#!</c>.
/// </remarks>
internal sealed class DirectiveReader(DiagnosticBag diagnostics, char escape, bool done, bool ignoreSyntax)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string? _syntax;
    private CheckOptions? _check;
    private bool _escapeEnded = done;
    private bool _restEnded = done;
    private bool _first = true;

    public char Escape { get; private set; } = escape;

    /// <summary>True once no line can be a directive any more.</summary>
    public bool HasEnded => _escapeEnded && _restEnded;

    /// <summary>True where the file is for another frontend: nothing else in it can be understood.</summary>
    public bool IsForeign { get; private set; }

    public ParserDirectives Directives => new(_syntax, Escape, _check);

    /// <summary>True where the line is a directive and nothing else.</summary>
    /// <param name="line">From its first character that is no blank.</param>
    /// <param name="place">Where that is.</param>
    public bool TryRead(string line, LinePiece place)
    {
        var isShebang = _first && place.Column == 1 && line.StartsWith("#!", StringComparison.Ordinal);
        _first = false;
        if (!line.StartsWith('#') || DirectiveLine.TryRead(line, 1) is not { } directive)
        {
            _escapeEnded = true;
            _restEnded |= !isShebang;
            return false;
        }
        var column = place.Column + directive.ValueStart;
        var span = new SourceSpan(place.Line, column, place.Line, column + directive.Value.Length);
        _restEnded |= place.Column > 1;
        if (!_restEnded)
            TakeRest(directive, span);
        if (_escapeEnded)
            return false;
        if (!_seen.Add(directive.Key))
            Fail($"only one {directive.Key} parser directive can be used", span);
        else if (directive.Key == "escape")
            TakeEscape(directive.Value, span);
        return true;
    }

    /// <summary>What a file in another language says of itself.</summary>
    public void TakeForeign(Word syntax) => TakeSyntax(syntax.Text, syntax.Span);

    private void TakeEscape(string value, SourceSpan span)
    {
        if (value is "\\" or "`")
            Escape = value[0];
        else
            Fail($"invalid escape token '{value}' does not match ` or \\", span);
    }

    private void TakeRest(DirectiveLine directive, SourceSpan span)
    {
        if (directive.Key == "syntax" && _syntax is null)
            TakeSyntax(directive.Value, span);
        else if (directive.Key == "check" && _check is null && !CheckDirective.TryParse(directive.Value, out _check, out var problem))
            Fail($"failed to parse check options: {problem}", span, "write for example # check=skip=RuleName;error=true");
    }

    private void TakeSyntax(string value, SourceSpan span)
    {
        _syntax = value;
        if (ignoreSyntax || DockerfileFrontend.IsBuiltIn(value))
            return;
        IsForeign = true;
        Fail($"the Dockerfile frontend `{DockerfileFrontend.ImageOf(value)}` cannot be used", span,
            "csbuild reads docker/dockerfile files itself; remove the line or name docker/dockerfile:1");
    }

    private void Fail(string message, SourceSpan span, string? hint = null) =>
        diagnostics.Add(new Diagnostic("syntax", Severity.Error, message, span, hint));
}
