namespace CsBuild.Cli.Rendering;

/// <summary>A running step as the live renderer knows it: its last lines, and how far its parts are.</summary>
internal sealed class TtyStep(string name, DateTimeOffset started)
{
    public const int TailLines = 6;

    private readonly Queue<string> _tail = new();

    public string Name { get; } = name;

    public DateTimeOffset Started { get; } = started;

    public OutputLines Lines { get; } = new();

    public IReadOnlyCollection<string> Tail => _tail;

    /// <summary>By name of the part; finished ones are gone.</summary>
    public SortedDictionary<string, StepAdvanced> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Why it runs, where that is wanted.</summary>
    public IReadOnlyList<string> Reasons { get; set; } = [];

    public void Print(string line)
    {
        _tail.Enqueue(ControlText.CleanLine(line).Replace("\t", "    ", StringComparison.Ordinal));
        if (_tail.Count > TailLines)
            _tail.Dequeue();
    }
}
