using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>How to copy; what COPY and ADD say by flags and what they take from the stage.</summary>
public sealed record CopyOptions
{
    /// <summary>As written and expanded. Ending in <c>/</c> or <c>/.</c>, or a directory that exists, means "into it".</summary>
    public required string Destination { get; init; }

    /// <summary>What a relative destination starts from.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The owner of everything that is copied or made; null keeps the owners of the source, and 0:0 for what is made.</summary>
    public (uint Uid, uint Gid)? Chown { get; init; }

    /// <summary>The mode of everything that is copied; null keeps it.</summary>
    public FileModeChange? Chmod { get; init; }

    /// <summary>The layer stands on its own: the destination is an empty root, whatever the stage has.</summary>
    public bool Link { get; init; }

    /// <summary>The time of directories that the copy makes without a counterpart in the source.</summary>
    public UnixTime MadeAt { get; init; }

    /// <summary>No time in the layer is later than this (SOURCE_DATE_EPOCH); null for no limit.</summary>
    public UnixTime? LatestTime { get; init; }
}
