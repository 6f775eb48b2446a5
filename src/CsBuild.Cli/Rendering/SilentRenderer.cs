namespace CsBuild.Cli.Rendering;

/// <summary>Shows nothing: for <c>quiet</c> and <c>none</c>.</summary>
internal sealed class SilentRenderer : IRenderer
{
    public TimeSpan? Interval => null;

    public void Render(BuildEvent happened)
    {
    }

    public void Drained()
    {
    }

    public void Finish()
    {
    }
}
