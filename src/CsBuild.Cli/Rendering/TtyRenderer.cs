using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;
using Spectre.Console;

namespace CsBuild.Cli.Rendering;

/// <summary>
/// Live progress on a terminal. A step that is over becomes a line that stays; below them are the running steps with
/// their last lines, redrawn ten times a second at most. Nothing jumps: lines only move when a step ends.
/// </summary>
internal sealed class TtyRenderer(IAnsiConsole console, TextWriter writer, TimeProvider clock) : IRenderer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<Digest, TtyStep> _running = [];
    private readonly List<TtyStep> _order = [];
    private readonly List<(string Text, Style Style)> _over = [];
    private readonly WarningList _warnings = new();
    private DateTimeOffset? _began;
    private DateTimeOffset _drawnAt;
    private int _drawn;
    private int _started;
    private int _done;

    public TimeSpan? Interval => Pause;

    public static TtyRenderer Create(Surroundings around)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(around.Error),
        });
        return new TtyRenderer(console, around.Error, TimeProvider.System);
    }

    public void Render(BuildEvent happened)
    {
        _began ??= happened.Timestamp;
        switch (happened)
        {
            case StepStarted started:
                _started++;
                var fresh = new TtyStep(ControlText.OneLine(started.Name), started.Timestamp);
                _running[started.Step] = fresh;
                _order.Add(fresh);
                break;
            case StepOutput output when _running.TryGetValue(output.Step, out var step):
                foreach (var line in step.Lines.Add(output.Bytes))
                    step.Print(line);
                break;
            case StepExplained explained when _running.TryGetValue(explained.Step, out var step):
                step.Reasons = [.. explained.Reasons.Select(r => ControlText.OneLine(r.ToString()))];
                break;
            case StepAdvanced advanced when _running.TryGetValue(advanced.Step, out var step):
                step.Parts.Remove(advanced.Part);
                if (!advanced.IsDone)
                    step.Parts[advanced.Part] = advanced;
                break;
            case StepCompleted completed when _running.Remove(completed.Step, out var step):
                Complete(step, completed);
                break;
            case WarningRaised raised:
                _warnings.Add(raised.Warning);
                break;
        }
    }

    public void Drained()
    {
        var now = clock.GetUtcNow();
        if (_began is null || now - _drawnAt < Pause)
            return;
        _drawnAt = now;
        Draw(now, live: true);
    }

    public void Finish()
    {
        Draw(clock.GetUtcNow(), live: false);
        foreach (var line in _warnings.Lines())
            writer.WriteLine(line);
        writer.Flush();
    }

    private void Complete(TtyStep step, StepCompleted completed)
    {
        _order.Remove(step);
        _done++;
        var took = Elapsed.Seconds(completed.Timestamp - step.Started);
        _over.Add(completed.Outcome switch
        {
            StepOutcome.Cached => (Row("= " + step.Name, "cached"), new Style(Color.Grey)),
            StepOutcome.Failed => (Row("x " + step.Name, took), new Style(Color.Red)),
            StepOutcome.Canceled => (Row("- " + step.Name, "canceled"), new Style(Color.Grey)),
            _ => (Row("+ " + step.Name, took), Style.Plain),
        });
        foreach (var reason in step.Reasons)
            _over.Add(("    why: " + reason, new Style(Color.Grey)));
    }

    private void Draw(DateTimeOffset now, bool live)
    {
        if (_drawn > 0)
        {
            console.Cursor.MoveUp(_drawn);
            console.Write(new ControlCode("\e[J"));
        }
        foreach (var (text, style) in _over)
            WriteLine(text, style);
        _over.Clear();
        _drawn = 0;
        if (live)
            DrawRunning(now);
        writer.Flush();
    }

    private void DrawRunning(DateTimeOffset now)
    {
        var room = Math.Max(4, console.Profile.Height - 2);
        Live(Row($"building {Elapsed.Seconds(now - _began!.Value)}", $"{_done}/{_started}"), new Style(Color.Blue));
        foreach (var step in _order)
        {
            if (_drawn >= room)
                return;
            Live(Row("  " + step.Name, Elapsed.Seconds(now - step.Started)), Style.Plain);
            var details = step.Parts.Values.Select(Part).Concat(step.Tail).TakeLast(Math.Min(TtyStep.TailLines, room - _drawn));
            foreach (var line in details)
                Live("    | " + line, new Style(Color.Grey));
        }
    }

    private static string Part(StepAdvanced part) => part.Total is { } total
        ? $"{ControlText.OneLine(part.Part)} {Elapsed.Size(part.Current)} / {Elapsed.Size(total)}"
        : $"{ControlText.OneLine(part.Part)} {Elapsed.Size(part.Current)}";

    private void Live(string text, Style style)
    {
        WriteLine(text, style);
        _drawn++;
    }

    private void WriteLine(string text, Style style) =>
        console.Write(new Text(Cells.Fit(text, console.Profile.Width - 1) + "\n", style));

    private string Row(string left, string right)
    {
        var width = Math.Min(console.Profile.Width - 1, 100);
        left = Cells.Fit(left, width - right.Length - 1);
        return left + new string(' ', Math.Max(1, width - Cells.Width(left) - right.Length)) + right;
    }
}
