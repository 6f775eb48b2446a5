using CsBuild.Fetching;
using CsBuild.Fetching.Git;

namespace CsBuild.Execution.Steps;

/// <summary>Sources of a COPY or ADD that come from one place, in the order of the words.</summary>
internal abstract record CopyPart
{
    private CopyPart()
    {
    }

    /// <summary>Archives among them are unpacked.</summary>
    public bool Unpacks { get; init; }

    /// <summary>Paths and patterns in the context, a stage or an image.</summary>
    public sealed record Local(IReadOnlyList<string> Words) : CopyPart;

    /// <summary>A URL.</summary>
    public sealed record Url(HttpSource Source) : CopyPart;

    /// <summary>A repository.</summary>
    public sealed record Repository(GitSource Source, bool KeepsGitDirectory) : CopyPart;
}
