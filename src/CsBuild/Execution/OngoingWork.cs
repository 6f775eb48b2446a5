using CsBuild.Caching;
using CsBuild.Fetching;
using CsBuild.Fetching.Http;

namespace CsBuild.Execution;

/// <summary>What the builds of one builder do just now, so that none of them does what another is doing.</summary>
internal sealed class OngoingWork
{
    /// <summary>Steps by their most exact keys, and trees of repositories by the commit's.</summary>
    public Turns<CacheRecord> Steps { get; } = new();

    /// <summary>Downloads by whatever is sent to a server. What a server answers to that, it answers to all.</summary>
    public Turns<Download> Downloads { get; } = new(e => e is FetchException);
}
