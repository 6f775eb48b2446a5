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
}
