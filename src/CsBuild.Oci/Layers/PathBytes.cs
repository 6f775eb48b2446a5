using System.Buffers;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>
/// Names as bytes and as text, without loss. A byte that is no part of valid UTF-8 becomes the lone surrogate
/// U+DC80 to U+DCFF that carries its value, and becomes that byte again on the way back.
/// </summary>
public static class PathBytes
{
    /// <summary>Text for <paramref name="bytes"/>. Total.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
                text.Append(rune.ToString());
            else
                for (var i = 0; i < length; i++)
                    text.Append((char)(0xDC00 + bytes[i]));
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    /// <summary>The bytes that <see cref="Decode"/> made <paramref name="text"/> from.</summary>
    /// <exception cref="ArgumentException">The text holds a lone surrogate that stands for no byte.</exception>
    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            var ascii = new byte[text.Length];
            Encoding.ASCII.GetBytes(text, ascii);
            return ascii;
        }
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done)
                count += rune.EncodeToUtf8(bytes.AsSpan(count));
            else if (text[0] is >= '\uDC80' and <= '\uDCFF')
                bytes[count++] = (byte)(text[0] - 0xDC00);
            else
                throw new ArgumentException("the name holds a surrogate that stands for no byte", nameof(text));
            text = text[length..];
        }
        return bytes[..count];
    }
}
