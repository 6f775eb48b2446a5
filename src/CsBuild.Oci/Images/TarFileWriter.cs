using System.Text;

namespace CsBuild.Oci.Images;

/// <summary>
/// Writes the tars that carry images: plain files and directories with short ASCII names, owner 0, time 0. Equal
/// members in equal order give equal bytes.
/// </summary>
internal sealed class TarFileWriter(Stream destination)
{
    private const int Block = 512;
    private const long LargestOctal = (1L << 33) - 1;

    private readonly byte[] _buffer = new byte[256 << 10];

    public Task AddDirectoryAsync(string name, CancellationToken cancellationToken) => WriteHeaderAsync(name + "/", '5', 0x1ED, 0, cancellationToken);

    public Task AddFileAsync(string name, byte[] bytes, CancellationToken cancellationToken) => AddFileAsync(name, new MemoryStream(bytes), bytes.Length, cancellationToken);

    public async Task AddFileAsync(string name, Stream content, long size, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(name, '0', 0x1A4, size, cancellationToken).ConfigureAwait(false);
        long written = 0;
        while (await content.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            written += read;
            if (written > size)
                break;
            await destination.WriteAsync(_buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
        if (written != size)
            throw new InvalidDataException($"`{name}` has not the {size} bytes promised");
        await PadAsync((int)(-size & (Block - 1)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the end of the archive; the destination is flushed, not disposed.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await PadAsync(2 * Block, cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PadAsync(int length, CancellationToken cancellationToken)
    {
        _buffer.AsSpan(0, length).Clear();
        await destination.WriteAsync(_buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteHeaderAsync(string name, char type, int mode, long size, CancellationToken cancellationToken)
    {
        FillHeader(_buffer.AsSpan(0, Block), name, type, mode, size);
        await destination.WriteAsync(_buffer.AsMemory(0, Block), cancellationToken).ConfigureAwait(false);
    }

    private static void FillHeader(Span<byte> header, string name, char type, int mode, long size)
    {
        header.Clear();
        if (name.Length > 100)
            throw new ArgumentException($"`{name}` is too long for a tar", nameof(name));
        Encoding.ASCII.GetBytes(name, header);
        Octal(header.Slice(100, 8), mode);
        Octal(header.Slice(108, 8), 0);
        Octal(header.Slice(116, 8), 0);
        if (size <= LargestOctal)
        {
            Octal(header.Slice(124, 12), size);
        }
        else
        {
            // GNU's binary form, which every reader of images knows; a PAX header would be a member of its own.
            header[124] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.Slice(128, 8), size);
        }
        Octal(header.Slice(136, 12), 0);
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
            sum += value;
        Octal(header.Slice(148, 7), sum);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }
}
