using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Something in a store that can be removed by itself, with all that is kept of it: a layer (blob, index, unpacked
/// directory, compressed forms, records of the steps that made it), a cache mount, a file that remembers something.
/// </summary>
public sealed record StoreItem
{
    /// <summary>A layer: what a step made, or a part of a base image.</summary>
    public const string Regular = "regular";

    /// <summary>The directory of a cache mount.</summary>
    public const string CacheMount = "exec.cachemount";

    /// <summary>What is remembered of the files of a build context.</summary>
    public const string LocalSource = "source.local";

    /// <summary>Documents of images without a name, remembered tags, what killed programs left.</summary>
    public const string Internal = "internal";

    /// <summary>Names it: the diff ID's hexadecimal digits for a layer.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, in BuildKit's words: one of the constants of this type.</summary>
    public required string Type { get; init; }

    /// <summary>For people: the step that made it, or what it is.</summary>
    public required string Description { get; init; }

    /// <summary>Bytes of all files.</summary>
    public long Size { get; init; }

    /// <summary>How many of <see cref="Size"/> are blobs of an image with a name, which nothing but taking the name away frees.</summary>
    public long NamedSize { get; init; }

    /// <summary>When a build last looked it up; to the minute.</summary>
    public DateTimeOffset LastUsed { get; init; }

    /// <summary>True where a running program uses it.</summary>
    public bool IsInUse { get; init; }

    /// <summary>True where an image with a name needs it.</summary>
    public bool IsShared { get; init; }

    /// <summary>True where a prune without <c>all</c> may remove it.</summary>
    public bool IsReclaimable => !IsInUse && !IsShared && !IsNeededLater;

    /// <summary>True for small things that save a look at a registry; only a prune of all takes them.</summary>
    internal bool IsNeededLater { get; init; }

    /// <summary>The digests under which programs say that they use it.</summary>
    internal IReadOnlyList<Digest> Keys { get; init; } = [];

    /// <summary>Its files and directories, in the order in which they are to go.</summary>
    internal IReadOnlyList<StorePart> Parts { get; init; } = [];
}

/// <summary>One file or directory of an item.</summary>
/// <param name="Path">Where.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Blob">Where it is a blob: which. It stays while an image with a name needs it.</param>
/// <param name="Lock">A lock that its users hold, or null.</param>
internal sealed record StorePart(string Path, long Size, Digest? Blob = null, string? Lock = null);

/// <summary>A record of what a step made, as the store needs to know it.</summary>
/// <param name="Path">The record's file.</param>
/// <param name="Size">Of the file.</param>
/// <param name="LastUsed">When it was last found.</param>
/// <param name="Layer">What the step made; null where the record cannot be read.</param>
/// <param name="Description">The step.</param>
public sealed record StoredStep(string Path, long Size, DateTimeOffset LastUsed, Layer? Layer, string Description);

/// <summary>Files of one kind that the store can do without, named as <c>csbuild/DIRECTORY/FILE</c>.</summary>
/// <param name="Directory">Where they are, in the store's private directory; subdirectories are not looked at.</param>
/// <param name="IsIntact">
/// Reads a file whole, by its path, and may throw <see cref="FileNotFoundException"/> for one that is gone. Called by any thread.
/// </param>
/// <param name="Loss">What it means that one is lost: "it is downloaded again".</param>
public sealed record StoredNotes(string Directory, Func<string, bool> IsIntact, string Loss);
