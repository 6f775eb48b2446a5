using CsBuild.Caching;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Execution;

/// <summary>A step that makes a layer.</summary>
internal interface IStep
{
    /// <summary>What it is called in progress output and where it stands.</summary>
    StepName Name { get; }

    /// <summary>
    /// The keys under which its result may be found, cheapest first: what is known by definition, then what needs
    /// content to be looked at. The result is recorded under all of them.
    /// </summary>
    IAsyncEnumerable<CacheKey> KeysAsync(CancellationToken cancellationToken);

    /// <summary>Makes the layer.</summary>
    Task<Layer> ExecuteAsync(CancellationToken cancellationToken);
}

/// <summary>A step in events.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Text">For people.</param>
/// <param name="Inputs">The steps before it.</param>
/// <param name="Span">The instruction.</param>
/// <param name="StageName">The stage's name or number, for <c>--no-cache-filter</c>.</param>
internal sealed record StepName(Digest Id, string Text, IReadOnlyList<Digest> Inputs, SourceSpan Span, string StageName);
