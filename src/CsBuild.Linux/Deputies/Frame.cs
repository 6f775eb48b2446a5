using System.Buffers.Binary;

namespace CsBuild.Linux.Deputies;

/// <summary>What a frame is about.</summary>
internal enum FrameKind : byte
{
    None,

    // to the deputy
    Hello,
    Prepare,
    Run,
    Commit,
    Discard,
    Remove,
    HasCache,
    CaptureCache,
    Cancel,

    // from the deputy
    Done,
    Failed,
    Output,
    Error,
    Notice,
}

/// <summary>
/// One message between a builder and its deputy: kind (1 byte), number of the request that it belongs to (4), length
/// (4), then so many bytes. Both ends are this program; lengths are checked all the same.
/// </summary>
internal readonly record struct Frame(FrameKind Kind, int Request, byte[] Content)
{
    private const int HeadSize = 9;
    private const int MaxContent = 256 << 20;

    /// <summary>The next one; null at the end of the stream.</summary>
    public static Frame? Read(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        var first = stream.ReadAtLeast(head, HeadSize, throwOnEndOfStream: false);
        if (first < HeadSize)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[5..]);
        if (length is < 0 or > MaxContent)
            throw new InvalidDataException($"a message of {length} bytes");
        var content = new byte[length];
        return stream.ReadAtLeast(content, length, throwOnEndOfStream: false) < length
            ? null
            : new Frame((FrameKind)head[0], BinaryPrimitives.ReadInt32LittleEndian(head[1..]), content);
    }

    /// <summary>Writes it. One writer at a time.</summary>
    public static void Write(Stream stream, FrameKind kind, int request, ReadOnlySpan<byte> content)
    {
        var bytes = new byte[HeadSize + content.Length];
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), request);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(5), content.Length);
        content.CopyTo(bytes.AsSpan(HeadSize));
        stream.Write(bytes);
    }
}
