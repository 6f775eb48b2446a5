using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>An operating system and a processor, <c>os/architecture[/variant]</c>, in Go's words.</summary>
public sealed record Platform
{
    /// <summary>For example <c>linux</c>.</summary>
    public required string Os { get; init; }

    /// <summary>For example <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>For example <c>v7</c>; null where the architecture has none or it is the usual one.</summary>
    public string? Variant { get; init; }

    /// <summary>Windows only.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Windows only.</summary>
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>
    /// Parses <c>os/arch[/variant]</c>, and the short forms <c>arch</c> and <c>os</c>, which are completed from
    /// <paramref name="host"/>. The result is normalized: <c>x86_64</c> is amd64, <c>aarch64</c> and
    /// <c>arm64/v8</c> are arm64, <c>arm</c> is <c>arm/v7</c>, <c>amd64/v1</c> is amd64.
    /// </summary>
    /// <exception cref="FormatException">The text is no platform.</exception>
    public static Platform Parse(string text, Platform host)
    {
        var parts = text.Split('/');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0 || p.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))))
            throw new FormatException($"invalid platform `{text}`, expected os/architecture[/variant]");
        parts = [.. parts.Select(p => p.ToLowerInvariant())];
        if (parts.Length > 1)
            return Normalize(parts[0], parts[1], parts.Length > 2 ? parts[2] : null);
        if (parts[0] == "local")
            return host;
        return parts[0] is "linux" or "windows" or "darwin" or "freebsd"
            ? host with { Os = parts[0] }
            : Normalize(host.Os, parts[0], null);
    }

    /// <summary>Makes a platform in the usual spelling.</summary>
    public static Platform Normalize(string os, string architecture, string? variant)
    {
        (architecture, variant) = (architecture, variant) switch
        {
            ("x86_64" or "x86-64", _) => ("amd64", variant),
            ("aarch64", _) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("i386" or "i686", _) => ("386", null),
            _ => (architecture, variant),
        };
        variant = (architecture, variant) switch
        {
            ("amd64", "v1") or ("arm64", "8" or "v8") => null,
            ("arm", null or "") => "v7",
            ("arm", { Length: 1 } v) => "v" + v,
            (_, "") => null,
            _ => variant,
        };
        return new Platform { Os = os == "macos" ? "darwin" : os, Architecture = architecture, Variant = variant };
    }

    /// <summary>True where an image for <paramref name="offered"/> serves somebody who wants this platform.</summary>
    public bool IsSatisfiedBy(Platform offered)
    {
        var other = Normalize(offered.Os, offered.Architecture, offered.Variant);
        return other.Os == Os && other.Architecture == Architecture && (other.Variant == Variant || Variant is null);
    }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    /// <inheritdoc/>
    public bool Equals(Platform? other) =>
        other is not null && Os == other.Os && Architecture == other.Architecture && Variant == other.Variant && OsVersion == other.OsVersion;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Os, Architecture, Variant, OsVersion);
}
