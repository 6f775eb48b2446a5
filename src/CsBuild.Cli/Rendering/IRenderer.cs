namespace CsBuild.Cli.Rendering;

/// <summary>Shows a build. All that a renderer knows comes from events; one thread calls it.</summary>
internal interface IRenderer
{
    /// <summary>How often <see cref="Drained"/> is wanted while nothing happens; null: never.</summary>
    TimeSpan? Interval { get; }

    /// <summary>Takes one event.</summary>
    void Render(BuildEvent happened);

    /// <summary>No event is waiting: a moment to flush or to redraw.</summary>
    void Drained();

    /// <summary>The build is over, in whatever way.</summary>
    void Finish();
}
