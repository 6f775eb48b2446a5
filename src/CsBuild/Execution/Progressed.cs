using System.Text;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;

namespace CsBuild.Execution;

/// <summary>Work of the builder's own that people see in the progress output, such as loading a file or exporting.</summary>
internal static class Progressed
{
    /// <summary>The digest that names a step in events.</summary>
    public static Digest Id(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Runs <paramref name="work"/> between the two events of a step called <paramref name="name"/>.</summary>
    public static async Task<T> RunAsync<T>(EventLog events, string name, SourceSpan? span, Func<Digest, Task<T>> work)
    {
        var id = Id(name);
        events.Report(new StepStarted(id, name, [], span));
        try
        {
            var result = await work(id).ConfigureAwait(false);
            events.Report(new StepCompleted(id, StepOutcome.Done));
            return result;
        }
        catch (OperationCanceledException)
        {
            events.Report(new StepCompleted(id, StepOutcome.Canceled));
            throw;
        }
        catch (Exception e)
        {
            events.Report(new StepCompleted(id, StepOutcome.Failed, e.Message));
            throw;
        }
    }
}
