using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CsBuild.Oci.Model;

/// <summary>
/// A content address, <c>algorithm:hex</c>. A value of this type is always well formed: it is safe as a file name
/// and as a part of a URL.
/// </summary>
/// <remarks>OCI image-spec, descriptor.md, section "Digests". Registered algorithms only: sha256 and sha512.</remarks>
public sealed record Digest
{
    private Digest(string algorithm, string hex)
    {
        Algorithm = algorithm;
        Hex = hex;
    }

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The hash in lower-case hexadecimal: 64 characters for sha256, 128 for sha512.</summary>
    public string Hex { get; }

    /// <summary>Parses <paramref name="text"/>; upper case, other algorithms and wrong lengths are refused.</summary>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"invalid digest `{text}`");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0)
            return false;
        var algorithm = text![..colon];
        var hex = text[(colon + 1)..];
        var length = algorithm switch { "sha256" => 64, "sha512" => 128, _ => -1 };
        if (hex.Length != length || !IsLowerHex(hex))
            return false;
        digest = new Digest(algorithm, hex);
        return true;
    }

    /// <summary>The sha256 digest of <paramref name="bytes"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => Sha256Hash.Of(bytes).ToDigest();

    /// <summary>Wraps a finished sha256 hash of 32 bytes.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new Digest("sha256", ToHex(hash));
    }

    // Plain loops: the framework's vector code for this is compiled at run time, and a build has a few dozen digests.
    internal static string ToHex(ReadOnlySpan<byte> bytes)
    {
        const string Digits = "0123456789abcdef";
        Span<char> text = stackalloc char[bytes.Length * 2];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[2 * i] = Digits[bytes[i] >> 4];
            text[2 * i + 1] = Digits[bytes[i] & 15];
        }
        return new string(text);
    }

    private static bool IsLowerHex(string text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        return true;
    }

    /// <summary><c>algorithm:hex</c>.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
