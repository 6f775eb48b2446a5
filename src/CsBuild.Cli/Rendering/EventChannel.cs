namespace CsBuild.Cli.Rendering;

/// <summary>
/// Takes a build's events to the renderer's own thread, which begins with the first of them. The queue is bounded: a
/// step that prints faster than the terminal takes it is slowed down instead of filling the memory.
/// </summary>
internal sealed class EventChannel(IRenderer renderer) : IProgress<BuildEvent>, IDisposable
{
    private const int MostWaiting = 1024;

    private readonly Queue<BuildEvent> _events = new();
    private Thread? _thread;
    private bool _ended;
    private bool _broken;

    public void Report(BuildEvent value)
    {
        lock (_events)
        {
            // Blocking is the point here: Report has no other way to push back.
            while (_events.Count >= MostWaiting)
                Monitor.Wait(_events);
            _events.Enqueue(value);
            if (_thread is null)
            {
                _thread = new Thread(Render) { Name = "renderer", IsBackground = true };
                _thread.Start();
            }
            Monitor.PulseAll(_events);
        }
    }

    /// <summary>Shows what is left, and ends.</summary>
    public void Dispose()
    {
        lock (_events)
        {
            _ended = true;
            Monitor.PulseAll(_events);
        }
        if (_thread is null)
            Guarded(renderer.Finish);
        else
            _thread.Join();
    }

    private void Render()
    {
        var drained = false;
        while (true)
        {
            BuildEvent? happened = null;
            lock (_events)
            {
                if (drained && _events.Count == 0 && !_ended)
                    Wait();
                if (_events.TryDequeue(out happened))
                    Monitor.PulseAll(_events);
                else if (drained && _ended)
                    break;
            }
            drained = happened is null;
            if (happened is null)
                Guarded(renderer.Drained);
            else
                Guarded(() => renderer.Render(happened));
        }
        Guarded(renderer.Finish);
    }

    // Until something happens, or it is time for the renderer to do something without.
    private void Wait()
    {
        if (renderer.Interval is { } interval)
            Monitor.Wait(_events, interval);
        else
            Monitor.Wait(_events);
    }

    // A terminal that has gone away is no reason to end the build.
    private void Guarded(Action action)
    {
        if (_broken)
            return;
        try
        {
            action();
        }
        catch (IOException)
        {
            _broken = true;
        }
    }
}
