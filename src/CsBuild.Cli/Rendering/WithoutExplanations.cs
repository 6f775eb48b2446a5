namespace CsBuild.Cli.Rendering;

/// <summary>Keeps from a renderer what only --explain-cache shows.</summary>
internal sealed class WithoutExplanations(IProgress<BuildEvent> inner) : IProgress<BuildEvent>
{
    public void Report(BuildEvent value)
    {
        if (value is not StepExplained)
            inner.Report(value);
    }
}
