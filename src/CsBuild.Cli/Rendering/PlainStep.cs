namespace CsBuild.Cli.Rendering;

/// <summary>A step as the plain renderer knows it.</summary>
internal sealed class PlainStep(int number, string name, DateTimeOffset started)
{
    private const int MaxWaiting = 1 << 20;

    private readonly List<string> _waiting = [];
    private long _waitingLength;

    public int Number { get; } = number;

    public string Name { get; } = name;

    public DateTimeOffset Started { get; } = started;

    public OutputLines Lines { get; } = new();

    public DateTimeOffset LastSpoke { get; set; } = started;

    /// <summary>Its name has been printed at least once.</summary>
    public bool WasShown { get; set; }

    public bool IsOver { get; set; }

    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>More is waiting than may be kept.</summary>
    public bool IsFull => _waitingLength > MaxWaiting;

    public void Keep(string line)
    {
        _waiting.Add(line);
        _waitingLength += line.Length;
    }

    public IReadOnlyList<string> TakeWaiting()
    {
        string[] lines = [.. _waiting];
        _waiting.Clear();
        _waitingLength = 0;
        return lines;
    }
}
