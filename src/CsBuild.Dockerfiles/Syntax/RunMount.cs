namespace CsBuild.Dockerfiles.Syntax;

/// <summary>A <c>--mount</c> of a RUN instruction.</summary>
public enum MountType
{
    /// <summary>Files of the context, a stage or an image.</summary>
    Bind,

    /// <summary>A directory that outlives the build.</summary>
    Cache,

    /// <summary>Memory.</summary>
    Tmpfs,

    /// <summary>A secret file or variable.</summary>
    Secret,

    /// <summary>An SSH agent's socket.</summary>
    Ssh,
}

/// <summary>How a cache mount is shared between steps that run at the same time.</summary>
public enum CacheSharing
{
    /// <summary>All at once.</summary>
    Shared,

    /// <summary>Each gets a copy of its own.</summary>
    Private,

    /// <summary>One after the other.</summary>
    Locked,
}

/// <summary>A <c>--mount</c> with its options. Texts may hold variables.</summary>
public sealed record RunMount
{
    /// <summary>
    /// All options as written. The other members are read from it without expansion: where it holds a variable, a quote
    /// or an escape, they are to be had from <see cref="Parsing.MountOptions.Expand"/>.
    /// </summary>
    public required Word Options { get; init; }

    /// <summary>What is mounted.</summary>
    public MountType Type { get; init; } = MountType.Bind;

    /// <summary>Where; null for the working directory, for secrets and ssh for a place of their own.</summary>
    public string? Target { get; init; }

    /// <summary>A path inside <see cref="From"/>; null for the whole.</summary>
    public string? Source { get; init; }

    /// <summary>Stage, named context or image; null for the build context (bind) or nothing (cache).</summary>
    public string? From { get; init; }

    /// <summary>True unless <c>rw</c> was given (bind), or only where <c>ro</c> was (cache).</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The id of a cache, secret or agent; null for the default.</summary>
    public string? Id { get; init; }

    /// <summary>Cache only.</summary>
    public CacheSharing Sharing { get; init; }

    /// <summary>Permission bits; null for the default of the type.</summary>
    public int? Mode { get; init; }

    /// <summary>Owner; null for 0.</summary>
    public uint? Uid { get; init; }

    /// <summary>Group; null for 0.</summary>
    public uint? Gid { get; init; }

    /// <summary>Bytes, tmpfs only; null for no limit.</summary>
    public long? Size { get; init; }

    /// <summary>Secrets and ssh: absence is an error.</summary>
    public bool Required { get; init; }

    /// <summary>The variable that a secret is put into, or null.</summary>
    public string? Env { get; init; }
}
