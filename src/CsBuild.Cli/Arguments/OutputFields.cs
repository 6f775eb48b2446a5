using System.Globalization;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>The fields of one --output; each is taken once, and what nobody took is refused.</summary>
internal sealed class OutputFields
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public static OutputFields Parse(string text)
    {
        var result = new OutputFields();
        foreach (var (key, value) in CsvFields.Pairs(text))
            result._fields[key] = value;
        return result;
    }

    public static OutputFields Of(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        var result = new OutputFields();
        foreach (var (key, value) in fields)
            result._fields[key] = value;
        return result;
    }

    public bool Has(string key) => _fields.ContainsKey(key);

    public string? Take(string key) => _fields.Remove(key, out var value) ? value : null;

    public bool? TakeBoolean(string key) => Take(key) is { } value ? Booleans.Parse(key, value) : null;

    public IReadOnlyList<ImageReference> TakeNames() => Take("name") is { Length: > 0 } names
        ? [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Names.ParseTag)]
        : [];

    public ImageFormat TakeFormat()
    {
        var compression = Take("compression") switch
        {
            null or "gzip" => LayerCompression.Gzip,
            "zstd" => LayerCompression.Zstd,
            "uncompressed" => LayerCompression.None,
            "estargz" => throw new UsageException("compression estargz is not supported yet"),
            var other => throw new UsageException($"unsupported compression type {other}", "gzip, zstd or uncompressed"),
        };
        var ociMediaTypes = TakeBoolean("oci-mediatypes") ?? true;
        if (compression == LayerCompression.Zstd && !ociMediaTypes)
            throw new UsageException("compression zstd needs oci-mediatypes=true");
        return new ImageFormat
        {
            Compression = compression,
            Level = TakeLevel(compression),
            Force = TakeBoolean("force-compression") ?? false,
            OciMediaTypes = ociMediaTypes,
        };
    }

    /// <summary>As <see cref="TakeFormat"/>, with what is said of times; a cache has none.</summary>
    public ImageFormat TakeImageFormat() => TakeFormat() with
    {
        RewriteTimestamp = TakeBoolean("rewrite-timestamp"),
        SourceDateEpoch = Take("source-date-epoch"),
    };

    public void RefuseRest(string type, string what = "output")
    {
        if (_fields.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } key)
            throw new UsageException($"`{key}` is not supported for {what} type={type}");
    }

    private int? TakeLevel(LayerCompression compression)
    {
        if (Take("compression-level") is not { } text)
            return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level))
            throw new UsageException($"non-integer value {text} specified for compression-level");
        var highest = compression == LayerCompression.Zstd ? 22 : 9;
        return level >= 0 && level <= highest
            ? level
            : throw new UsageException($"compression-level {level} is not between 0 and {highest}");
    }
}
