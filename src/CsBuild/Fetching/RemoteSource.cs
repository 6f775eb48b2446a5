using System.Diagnostics.CodeAnalysis;
using CsBuild.Fetching.Git;

namespace CsBuild.Fetching;

/// <summary>Something that is fetched: one file by HTTP, or a tree by git.</summary>
public abstract record RemoteSource
{
    private protected RemoteSource()
    {
    }

    /// <summary>
    /// Reads a source of ADD, or with <paramref name="isContext"/> a build context (where <c>github.com/owner/name</c> is
    /// a repository too). False where it is neither a URL nor a repository: then it is a path.
    /// </summary>
    /// <exception cref="FormatException">It is meant as one, and is wrong or not safe to use.</exception>
    public static bool TryParse(string text, bool isContext, [NotNullWhen(true)] out RemoteSource? source)
    {
        // Most are paths, and to match them with patterns takes a while to load.
        if (!text.Contains(':', StringComparison.Ordinal) && !isContext)
        {
            source = null;
            return false;
        }
        if (GitSource.TryParse(text, isContext, out var git))
        {
            source = git;
            return true;
        }
        source = IsUrl(text) ? new HttpSource(text) : null;
        return source is not null;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
