using System.Threading.Channels;

namespace CsBuild.Cli.Rendering;

/// <summary>
/// Takes a build's events to the renderer's own thread. The queue is bounded: a step that prints faster than the
/// terminal takes it is slowed down instead of filling the memory.
/// </summary>
internal sealed class EventChannel : IProgress<BuildEvent>, IAsyncDisposable
{
    private readonly Channel<BuildEvent> _events = Channel.CreateBounded<BuildEvent>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly IRenderer _renderer;
    private readonly Task _reading;
    private bool _broken;

    public EventChannel(IRenderer renderer)
    {
        _renderer = renderer;
        _reading = Task.Run(ReadAsync);
    }

    public void Report(BuildEvent value)
    {
        // Blocking is the point here: Report has no other way to push back.
        if (!_events.Writer.TryWrite(value))
            _events.Writer.WriteAsync(value).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Shows what is left, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _reading;
    }

    private async Task ReadAsync()
    {
        var more = true;
        while (more)
        {
            while (_events.Reader.TryRead(out var happened))
                Guarded(() => _renderer.Render(happened));
            Guarded(_renderer.Drained);
            more = await WaitAsync();
        }
        Guarded(_renderer.Finish);
    }

    private async Task<bool> WaitAsync()
    {
        var next = _events.Reader.WaitToReadAsync().AsTask();
        if (_renderer.Interval is { } interval)
        {
            while (await Task.WhenAny(next, Task.Delay(interval)) != next)
                Guarded(_renderer.Drained);
        }
        return await next;
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
