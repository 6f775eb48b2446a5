using System.Buffers;
using System.Text;

namespace CsBuild.Cli.Rendering;

/// <summary>Cuts what a step prints into lines; a line that does not end is cut at 64 KiB.</summary>
internal sealed class OutputLines
{
    private const int MaxLine = 64 << 10;

    private readonly ArrayBufferWriter<byte> _partial = new(0x100);

    public IEnumerable<string> Add(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            _partial.Write(part.Span);
            bytes = bytes[Math.Min(bytes.Length, part.Length + 1)..];
            if (end >= 0 || _partial.WrittenCount >= MaxLine)
                yield return Take();
        }
    }

    /// <summary>The last line where it did not end, or null.</summary>
    public string? Rest() => _partial.WrittenCount > 0 ? Take() : null;

    private string Take()
    {
        var line = Encoding.UTF8.GetString(_partial.WrittenSpan);
        _partial.ResetWrittenCount();
        return line;
    }
}
