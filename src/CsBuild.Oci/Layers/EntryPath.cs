using System.Globalization;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>The form of <see cref="LayerEntry.Path"/>, checked where paths come in and where they go out.</summary>
internal static class EntryPath
{
    public const string WhiteoutPrefix = ".wh.";
    public const string OpaqueName = ".wh..wh..opq";

    /// <summary>Linux's PATH_MAX, without the byte for the NUL that ends it.</summary>
    public const int MaxBytes = 4095;

    /// <summary>
    /// True for a path in normal form: no slash at either end, no empty name, no <c>.</c> or <c>..</c>, no NUL, and
    /// no name that a tar would take for a whiteout.
    /// </summary>
    public static bool IsNormal(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return true;
        if (path.Contains('\0'))
            return false;
        while (true)
        {
            var slash = path.IndexOf('/');
            var name = slash < 0 ? path : path[..slash];
            if (name.IsEmpty || name is "." or ".." || name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
                return false;
            if (slash < 0)
                return true;
            path = path[(slash + 1)..];
        }
    }

    /// <summary>The same for a path's bytes.</summary>
    public static bool IsNormal(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return true;
        if (path.Contains((byte)0))
            return false;
        while (true)
        {
            var slash = path.IndexOf((byte)'/');
            var name = slash < 0 ? path : path[..slash];
            if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.StartsWith(".wh."u8))
                return false;
            if (slash < 0)
                return true;
            path = path[(slash + 1)..];
        }
    }

    /// <summary>
    /// Normal form for a name of a foreign tar: slashes at the ends and <c>.</c> names go. <c>..</c> and NUL are
    /// refused; there is no reading of them on which all programs agree. Whiteout names are let through.
    /// </summary>
    public static string Normalize(string name)
    {
        if (name.Length == 0)
            throw new InvalidDataException("a layer entry has no name");
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new InvalidDataException($"the name of layer entry {Quote(name)} holds a NUL");
        if (IsNormal(name))
            return name;
        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            if (part == "..")
                throw new InvalidDataException($"the name of layer entry {Quote(name)} climbs with `..`");
            if (part.Length > 0 && part != ".")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    /// <summary>The part before the last slash; empty where there is none.</summary>
    public static ReadOnlySpan<char> Parent(ReadOnlySpan<char> path) =>
        path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : [];

    /// <summary>The part after the last slash.</summary>
    public static ReadOnlySpan<char> Name(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A name for a message: in backticks, with control characters and strange bytes escaped.</summary>
    public static string Quote(string name)
    {
        var text = new StringBuilder("`");
        foreach (var c in name.Length > 300 ? name.AsSpan(0, 300) : name)
        {
            if (c is >= '\uDC80' and <= '\uDCFF' && !char.IsSurrogatePair(text[^1], c))
                text.Append(CultureInfo.InvariantCulture, $"\\x{c - 0xDC00:x2}");
            else if (char.IsControl(c))
                text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                text.Append(c);
        }
        return text.Append(name.Length > 300 ? "…`" : "`").ToString();
    }
}
