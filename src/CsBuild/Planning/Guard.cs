using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;

namespace CsBuild.Planning;

/// <summary>Gives errors of lower rooms their place in the Dockerfile.</summary>
internal static class Guard
{
    public static T Expanding<T>(SourceSpan span, Func<T> expand)
    {
        try
        {
            return expand();
        }
        catch (ExpansionException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, e.Message, span, inner: e);
        }
    }

    /// <summary>Adds to a failure of a registry what may have been meant.</summary>
    public static async Task<T> HintingAsync<T>(Func<Task<T>> find, Func<string?> hint)
    {
        try
        {
            return await find().ConfigureAwait(false);
        }
        catch (BuildException e) when (e.Failure == BuildFailure.Source && hint() is { } meant)
        {
            throw e.WithHint(e.Hint is null ? meant : $"{meant} {e.Hint}");
        }
    }
}
