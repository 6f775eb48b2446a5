namespace CsBuild.Cli.Rendering;

/// <summary>
/// Lines that are no events: what the registry client and the sandbox want people to know. They must not get between
/// the lines of a live display, nor into JSON, nor into silence.
/// </summary>
internal sealed class Notes(string progress, TextWriter error)
{
    private readonly List<string> _waiting = [];
    private readonly Lock _gate = new();

    public void Add(string line)
    {
        lock (_gate)
        {
            if (progress == "tty")
                _waiting.Add(line);
            else if (progress == "plain")
                error.WriteLine("note: " + ControlText.OneLine(line));
        }
    }

    /// <summary>Prints what had to wait for the end of the live display.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            foreach (var line in _waiting.Distinct())
                error.WriteLine("note: " + ControlText.OneLine(line));
            _waiting.Clear();
        }
    }
}
