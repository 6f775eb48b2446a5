using CsBuild.Caching;
using CsBuild.Caching.Explaining;
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

    /// <summary>
    /// The files that the step reads, each list with the digest that stands for it in the last of the keys; null for a list
    /// that is too long. Asked only where the step runs, for the next build to say what is other then.
    /// </summary>
    IAsyncEnumerable<(string Digest, FileList? Files)> ListFilesAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<(string, FileList?)>();

    /// <summary>Makes the layer.</summary>
    Task<Layer> ExecuteAsync(CancellationToken cancellationToken);
}

/// <summary>A step in events.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Text">For people.</param>
/// <param name="Inputs">The steps before it.</param>
/// <param name="Span">The instruction.</param>
/// <param name="Place">Where it stands, for <c>--no-cache-filter</c> and for explanations.</param>
internal sealed record StepName(Digest Id, string Text, IReadOnlyList<Digest> Inputs, SourceSpan Span, StepPlace Place)
{
    /// <summary>The base image of the stage, or null for none.</summary>
    public string? Base { get; init; }

    /// <summary>The steps that made what is directly below.</summary>
    public IReadOnlyList<Digest> Below { get; init; } = [];
}
