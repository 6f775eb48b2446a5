namespace CsBuild.Oci.Layers;

/// <summary>How much a layer may ask of the one who reads it. There is no limit on ratios: honest files of zeros break any.</summary>
public sealed record LayerLimits
{
    /// <summary>What holds where nothing else is said.</summary>
    public static readonly LayerLimits Default = new();

    /// <summary>The uncompressed tar's length in bytes; also that of all files with their holes.</summary>
    public long TarSize { get; init; } = 64L << 30;

    /// <summary>How many entries.</summary>
    public int Entries { get; init; } = 20_000_000;

    /// <summary>The bytes of all extension headers of one entry: long names and attributes.</summary>
    public int HeaderSize { get; init; } = 1 << 20;

    /// <summary>The length of a name or link target in bytes.</summary>
    public int NameSize { get; init; } = 4096;
}
