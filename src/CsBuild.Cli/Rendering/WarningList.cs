using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Rendering;

/// <summary>The warnings of a build, each once, as they stand at the end.</summary>
internal sealed class WarningList
{
    private readonly List<Diagnostic> _warnings = [];

    public void Add(Diagnostic warning)
    {
        if (!_warnings.Contains(warning))
            _warnings.Add(warning);
    }

    public IEnumerable<string> Lines()
    {
        if (_warnings.Count == 0)
            yield break;
        yield return "";
        yield return _warnings.Count == 1 ? "1 warning found:" : $"{_warnings.Count} warnings found:";
        foreach (var warning in _warnings)
        {
            var place = warning.Span.StartLine > 0 ? $" (line {warning.Span.StartLine})" : "";
            yield return $" - {warning.Id}: {ControlText.OneLine(warning.Message)}{place}";
            if (warning.Hint is { } hint)
                yield return $"   hint: {ControlText.OneLine(hint)}";
        }
    }
}
