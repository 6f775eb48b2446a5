namespace CsBuild.Oci.Layers;

/// <summary>How layers are compressed.</summary>
public enum LayerCompression
{
    /// <summary>Plain tar.</summary>
    None,

    /// <summary>RFC 1952; any reader takes it.</summary>
    Gzip,

    /// <summary>RFC 8878; needs the system's libzstd.</summary>
    Zstd,
}
