using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild;

/// <summary>Something to make of a finished build.</summary>
public abstract record ImageOutput
{
    private protected ImageOutput()
    {
    }

    /// <summary>Names in this output; empty: the request's tags.</summary>
    public IReadOnlyList<ImageReference> Names { get; init; } = [];

    /// <summary>How layers and documents are written.</summary>
    public ImageFormat Format { get; init; } = new();

    /// <summary>The store; tags are set there.</summary>
    public sealed record Store : ImageOutput;

    /// <summary>Registries, under each of the names; tags are set in the store too.</summary>
    public sealed record Registry : ImageOutput;

    /// <summary>An OCI layout: a tar, or a directory where <see cref="IsDirectory"/>.</summary>
    public sealed record OciLayout(OutputTarget Target) : ImageOutput
    {
        /// <summary>A directory instead of a tar (<c>tar=false</c>).</summary>
        public bool IsDirectory { get; init; }
    }

    /// <summary>A tar for <c>docker load</c> that is an OCI layout as well. One platform only.</summary>
    public sealed record DockerArchive(OutputTarget Target) : ImageOutput;

    /// <summary>The root file system as a directory.</summary>
    public sealed record LocalDirectory(string Path) : ImageOutput;

    /// <summary>The root file system as one tar.</summary>
    public sealed record Tar(OutputTarget Target) : ImageOutput;

    /// <summary>Nothing: the steps are in the cache, that is all.</summary>
    public sealed record CacheOnly : ImageOutput;
}

/// <summary>A file by path, written beside and renamed when whole; or a stream that is only written to.</summary>
public abstract record OutputTarget
{
    private protected OutputTarget()
    {
    }

    /// <summary>A path of this machine.</summary>
    public sealed record Path(string Value) : OutputTarget;

    /// <summary>An open stream; not disposed.</summary>
    public sealed record Stream(System.IO.Stream Value) : OutputTarget;
}

/// <summary>How an image is written.</summary>
public sealed record ImageFormat
{
    /// <summary>Of layers that leave the store.</summary>
    public LayerCompression Compression { get; init; } = LayerCompression.Gzip;

    /// <summary>Null for the codec's default.</summary>
    public int? Level { get; init; }

    /// <summary>Also compress layers anew that come from a base image in another form.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// True: times in new layers are lowered to the request's epoch; they always are, so this only asks for an epoch to
    /// be there (a warning where it is not). False: they must not be; refused where there is an epoch.
    /// </summary>
    public bool? RewriteTimestamp { get; init; }

    /// <summary>
    /// What SOURCE_DATE_EPOCH would say; goes before that and before <see cref="BuildRequest.SourceDateEpoch"/>. There is
    /// one epoch for all outputs of a build: two that differ are refused.
    /// </summary>
    public string? SourceDateEpoch { get; init; }

    /// <summary>False: Docker's media types.</summary>
    public bool OciMediaTypes { get; init; } = true;
}
