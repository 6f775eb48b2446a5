using CsBuild.Oci.Model;

namespace CsBuild.Cli.Rendering;

/// <summary>
/// One line for each thing that happens, in the form that buildx prints. Steps that run at the same time take turns:
/// one has the floor until it ends, or is silent for five seconds while another has something to say.
/// </summary>
internal sealed class PlainRenderer(TextWriter writer, bool clean) : IRenderer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Digest, PlainStep> _steps = [];
    private readonly List<PlainStep> _open = [];
    private readonly WarningList _warnings = new();
    private PlainStep? _floor;
    private int _count;

    public TimeSpan? Interval => null;

    public void Render(BuildEvent happened)
    {
        switch (happened)
        {
            case StepStarted started:
                Start(started);
                break;
            case StepOutput output when _steps.TryGetValue(output.Step, out var step):
                foreach (var line in step.Lines.Add(output.Bytes))
                    Print(step, line, output.Timestamp);
                break;
            case StepExplained explained when _steps.TryGetValue(explained.Step, out var step):
                foreach (var reason in explained.Reasons)
                    Say(step, "why: " + ControlText.OneLine(reason.ToString()), explained.Timestamp);
                break;
            case StepAdvanced { IsDone: true } advanced when _steps.TryGetValue(advanced.Step, out var step):
                Say(step, $"{Text(advanced.Part)} {Amount(advanced)}done", advanced.Timestamp);
                break;
            case StepCompleted completed when _steps.TryGetValue(completed.Step, out var step):
                Complete(step, completed);
                break;
            case WarningRaised raised:
                _warnings.Add(raised.Warning);
                break;
        }
    }

    public void Drained() => writer.Flush();

    public void Finish()
    {
        foreach (var line in _warnings.Lines())
            writer.WriteLine(line);
        writer.Flush();
    }

    private static string Amount(StepAdvanced advanced) => (advanced.Current, advanced.Total) switch
    {
        (0, null) => "",
        (var current, null) => Elapsed.Size(current) + " ",
        (var current, { } total) => $"{Elapsed.Size(current)} / {Elapsed.Size(total)} ",
    };

    private void Start(StepStarted started)
    {
        var step = new PlainStep(++_count, ControlText.OneLine(started.Name), started.Timestamp);
        _steps[started.Step] = step;
        _open.Add(step);
        if (_floor is null)
            GiveFloor(step);
    }

    private void Complete(PlainStep step, StepCompleted completed)
    {
        if (step.Lines.Rest() is { } rest)
            Print(step, rest, completed.Timestamp);
        Say(step, completed.Outcome switch
        {
            StepOutcome.Cached => "CACHED",
            StepOutcome.Failed => "ERROR: " + ControlText.OneLine(completed.Error ?? "failed"),
            StepOutcome.Canceled => "CANCELED",
            _ => "DONE " + Elapsed.Seconds(completed.Timestamp - step.Started),
        }, completed.Timestamp);
        step.IsOver = true;
        if (_floor == step)
            PassFloor();
    }

    private void Print(PlainStep step, string line, DateTimeOffset when) =>
        Say(step, $"{Elapsed.Stamp(when - step.Started)} {Text(line)}", when);

    private void Say(PlainStep step, string line, DateTimeOffset when)
    {
        if (_floor is null)
            GiveFloor(step);
        else if (_floor != step && (when - _floor.LastSpoke > Patience || step.IsFull))
            Interrupt(step);
        if (_floor == step)
            writer.WriteLine($"#{step.Number} {line}");
        else
            step.Keep(line);
        step.LastSpoke = when;
    }

    private void Interrupt(PlainStep step)
    {
        writer.WriteLine($"#{_floor!.Number} ...");
        GiveFloor(step);
    }

    // Of those that are left: first what is finished, then what has spoken, then what nobody has heard of.
    private void PassFloor()
    {
        while (_floor is null or { IsOver: true })
        {
            if (_floor is not null)
                _open.Remove(_floor);
            _floor = null;
            var next = _open.Find(s => s.IsOver) ?? _open.Find(s => s.HasWaiting) ?? _open.Find(s => !s.WasShown);
            if (next is null)
                return;
            GiveFloor(next);
        }
    }

    private void GiveFloor(PlainStep step)
    {
        if (_steps.Values.Any(s => s.WasShown))
            writer.WriteLine();
        _floor = step;
        step.WasShown = true;
        writer.WriteLine($"#{step.Number} {step.Name}");
        foreach (var line in step.TakeWaiting())
            writer.WriteLine($"#{step.Number} {line}");
    }

    private string Text(string line) => clean ? ControlText.CleanLine(line) : line.TrimEnd('\r');
}
