using CsBuild.Oci.Model;

namespace CsBuild;

/// <summary>
/// Where results of steps may come from that this machine lacks. One that is missing or damaged is a warning. What it
/// says is believed no further than its digests go: a layer must be what its record says. Whoever can write to it can
/// say what a step makes, as whoever can write to the base image can.
/// </summary>
public abstract record CacheSource
{
    private protected CacheSource()
    {
    }

    /// <summary>A cache that was pushed, or an image with one inside it.</summary>
    public sealed record Registry(ImageReference Reference) : CacheSource;

    /// <summary>A directory that a <see cref="CacheDestination.Directory"/> made; without tag and digest the tag <c>latest</c>.</summary>
    public sealed record Directory(string Path, string? Tag = null, Digest? Digest = null) : CacheSource;
}

/// <summary>Where the results of a build's steps go for others.</summary>
public abstract record CacheDestination
{
    private protected CacheDestination()
    {
    }

    /// <summary>False: the steps whose layers are in the image; true: all steps.</summary>
    public bool AllSteps { get; init; }

    /// <summary>The contents of the cache mounts of RUN steps go along. Needs a sandbox that knows them.</summary>
    public bool WithMounts { get; init; }

    /// <summary>Failing to write is a warning, not an error.</summary>
    public bool IgnoreErrors { get; init; }

    /// <summary>Of layers; media types are OCI's.</summary>
    public ImageFormat Format { get; init; } = new();

    /// <summary>A registry, under this name.</summary>
    public sealed record Registry(ImageReference Reference) : CacheDestination;

    /// <summary>An OCI layout of this machine, under a tag.</summary>
    public sealed record Directory(string Path, string Tag = "latest") : CacheDestination
    {
        /// <summary>What no entry of the layout needs any more is removed.</summary>
        public bool Reset { get; init; }
    }

    /// <summary>The config of the image itself: only what its own layers come from.</summary>
    public sealed record Inline : CacheDestination;
}
