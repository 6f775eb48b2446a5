namespace CsBuild.Dockerfiles.Diagnostics;

/// <summary>Collects findings in any order and hands them out in the order of the file.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _found = [];

    public int ErrorCount { get; private set; }

    public IReadOnlyList<Diagnostic> InOrder => _found.Count < 2 ? [.. _found] : [.. _found.OrderBy(d => d.Span.StartLine).ThenBy(d => d.Span.StartColumn)];

    public void Add(Diagnostic diagnostic)
    {
        _found.Add(diagnostic);
        if (diagnostic.Severity == Severity.Error)
            ErrorCount++;
    }
}
