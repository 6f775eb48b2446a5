namespace CsBuild.Fetching.Git;

/// <summary>What a source means now.</summary>
/// <param name="Object">The id that the ref names: a commit, or an annotated tag.</param>
/// <param name="Ref">The ref's full name; null where a commit was asked for by its id.</param>
/// <param name="Peeled">The commit that an annotated tag points to; null where <paramref name="Object"/> is no tag, or that is not known.</param>
internal sealed record GitCommit(string Object, string? Ref, string? Peeled)
{
    /// <summary>What the files depend on.</summary>
    public string Id => Peeled ?? Object;
}
