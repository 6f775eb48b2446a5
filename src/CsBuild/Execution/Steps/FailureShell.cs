using System.Text;
using CsBuild.Sandboxing;

namespace CsBuild.Execution.Steps;

/// <summary>A shell in the files of a step that failed, with its mounts, user and environment.</summary>
internal static class FailureShell
{
    /// <summary>Runs it to its end; one at a time, since there is one terminal.</summary>
    public static async Task OpenAsync(BuildSession session, IActiveSnapshot active, SandboxSpec spec, StepName name, CancellationToken cancellationToken)
    {
        await session.Terminal.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Say(session, name, "the step failed: this is a shell in its files; exit ends the build");
            // as in a login: what the step itself was run by may be no shell for people
            var shell = spec with { Arguments = ["/bin/sh", "-i"], Terminal = true };
            await active.RunAsync(shell, new StepOutputTail(session.Events, name.Id), cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException e)
        {
            Say(session, name, $"no shell could be opened in the failed step: {e.Message}");
        }
        finally
        {
            session.Terminal.Release();
        }
    }

    private static void Say(BuildSession session, StepName name, string text) =>
        session.Events.Report(new StepOutput(name.Id, SandboxStream.Error, Encoding.UTF8.GetBytes(text + "\n")));
}
