using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// The <c># key=value</c> lines at the top. The first line that is not one ends them, so later ones are comments.
/// </summary>
internal sealed class DirectiveReader(DiagnosticBag diagnostics, char escape, bool done)
{
    private static readonly string[] Frontends = ["docker/dockerfile", "docker/dockerfile-upstream", "dockerfile.v0"];

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string? _syntax;
    private string? _check;
    private bool _done = done;
    private bool _first = true;

    public char Escape { get; private set; } = escape;

    public ParserDirectives Directives => new(_syntax, Escape, _check);

    /// <summary>True where the line is a directive and nothing else.</summary>
    public bool TryRead(string line, LinePiece place)
    {
        if (_done)
            return false;
        var isShebang = _first && line.StartsWith("#!", StringComparison.Ordinal);
        _first = false;
        if (line.StartsWith('#') && Split(line) is var (key, value, start) && key is "syntax" or "escape" or "check")
        {
            var column = place.Column + start;
            Take(key, value, new SourceSpan(place.Line, column, place.Line, column + value.Length));
            return true;
        }
        // BuildKit looks for a frontend after a shebang too, although the rest of the directives end there.
        _done = !isShebang;
        return false;
    }

    private void Take(string key, string value, SourceSpan span)
    {
        if (!_seen.Add(key))
            Fail($"only one {key} parser directive can be used", span);
        else if (key == "syntax")
            TakeSyntax(value, span);
        else if (key == "check")
            _check = value;
        else if (value is "\\" or "`")
            Escape = value[0];
        else
            Fail($"invalid escape token '{value}' does not match ` or \\", span);
    }

    private void TakeSyntax(string value, SourceSpan span)
    {
        _syntax = value;
        var image = value.Split(' ', 2)[0];
        if (!IsOurs(image))
            Fail($"the Dockerfile frontend `{image}` cannot be used", span, "csbuild reads docker/dockerfile files itself; remove the line or name docker/dockerfile:1");
    }

    private static bool IsOurs(string image)
    {
        var name = image.Split('@', 2)[0];
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
            name = name[..colon];
        foreach (var registry in (string[])["docker.io/", "index.docker.io/"])
        {
            if (name.StartsWith(registry, StringComparison.Ordinal))
                name = name[registry.Length..];
        }
        return Frontends.Contains(name, StringComparer.Ordinal);
    }

    private void Fail(string message, SourceSpan span, string? hint = null) =>
        diagnostics.Add(new Diagnostic("syntax", Severity.Error, message, span, hint));

    private static (string Key, string Value, int ValueStart)? Split(string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return null;
        var key = line[1..equals].Trim();
        var value = line[(equals + 1)..].Trim();
        var isName = key.Length > 0 && char.IsAsciiLetter(key[0]) && key.All(char.IsAsciiLetterOrDigit);
        if (!isName || value.Length == 0)
            return null;
        return (key.ToLowerInvariant(), value, line.IndexOf(value, equals + 1, StringComparison.Ordinal));
    }
}
