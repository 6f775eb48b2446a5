namespace CsBuild.Dockerfiles.Diagnostics;

/// <summary>Collects findings in any order and hands them out in the order of the file.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _found = [];

    public int ErrorCount { get; private set; }

    public IReadOnlyList<Diagnostic> InOrder => _found.Count < 2 ? _found.ToArray() : Sorted();

    public void Add(Diagnostic diagnostic)
    {
        _found.Add(diagnostic);
        if (diagnostic.Severity == Severity.Error)
            ErrorCount++;
    }

    // A method of its own: most files have nothing to sort, and start without what sorting takes.
    private Diagnostic[] Sorted() => [.. _found.OrderBy(d => d.Span.StartLine).ThenBy(d => d.Span.StartColumn)];
}
