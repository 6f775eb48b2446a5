using System.Text;
using CsBuild.Oci.Layers;

namespace CsBuild.Fetching;

/// <summary>Parts of addresses as text.</summary>
internal static class AddressText
{
    /// <summary>Undoes percent escapes; bytes that are not UTF-8 come out as <see cref="PathBytes"/> has them. Null where an escape is broken.</summary>
    public static string? Unescape(string text, bool plusIsSpace = false)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    return null;
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else if (text[i] == '+' && plusIsSpace)
                bytes.Add((byte)' ');
            else if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i++, 2)));
            else
                bytes.AddRange(PathBytes.Encode(text.AsSpan(i, 1)));
        }
        return PathBytes.Decode([.. bytes]);
    }

    /// <summary>True where a text holds something that moves a cursor or ends a line: no honest address does.</summary>
    public static bool HasControl(string text) => text.Any(char.IsControl);

    /// <summary>An address without the password in it, for people.</summary>
    public static string Redact(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return address;
        var end = address.IndexOfAny(['/', '?', '#'], scheme + 3);
        var host = end < 0 ? address[(scheme + 3)..] : address[(scheme + 3)..end];
        var at = host.LastIndexOf('@');
        return at < 0 ? address : address[..(scheme + 3)] + "xxxxx@" + host[(at + 1)..] + (end < 0 ? "" : address[end..]);
    }
}
