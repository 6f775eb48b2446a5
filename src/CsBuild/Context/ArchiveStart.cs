using CsBuild.Oci.Layers.Compression;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace CsBuild.Context;

/// <summary>Tells what a file is by its bytes, never by its name. The stream must be one that can go back to its start.</summary>
internal sealed class ArchiveStart
{
    private const int BlockSize = 512;
    private readonly Stream _stream;
    private readonly byte[] _start = new byte[6];

    public ArchiveStart(Stream stream)
    {
        _stream = stream;
        stream.ReadAtLeast(_start, _start.Length, throwOnEndOfStream: false);
    }

    public bool IsXz => _start is [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0];

    private bool IsBzip2 => _start is [(byte)'B', (byte)'Z', (byte)'h', ..];

    /// <summary>True if what comes out of decompression begins with a tar header. What cannot be decompressed is no archive.</summary>
    public bool IsTar()
    {
        var block = new byte[BlockSize];
        try
        {
            using var tar = Decompressed();
            return tar.ReadAtLeast(block, BlockSize, throwOnEndOfStream: false) == BlockSize && HasTarChecksum(block);
        }
        catch (Exception e) when (e is InvalidDataException or SharpZipBaseException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>The plain bytes from the start; the file's stream stays open.</summary>
    public Stream Decompressed()
    {
        _stream.Position = 0;
        return IsBzip2 ? new BZip2InputStream(_stream) { IsStreamOwner = false } : LayerCodec.Decompress(_stream, leaveOpen: true);
    }

    // The sum of the header's bytes, its own field taken as blanks; old programs summed signed bytes.
    private static bool HasTarChecksum(ReadOnlySpan<byte> block)
    {
        const int start = 148;
        const int length = 8;
        long unsigned = length * ' ';
        long signed = unsigned;
        for (var i = 0; i < BlockSize; i++)
        {
            if (i is >= start and < start + length)
                continue;
            unsigned += block[i];
            signed += (sbyte)block[i];
        }
        long stored = 0;
        var digits = 0;
        foreach (var c in block.Slice(start, length))
        {
            if (c is >= (byte)'0' and <= (byte)'7')
            {
                stored = (stored * 8) + (c - '0');
                digits++;
            }
            else if (digits > 0 || c is not ((byte)' ' or 0))
                break;
        }
        return digits > 0 && (stored == unsigned || stored == signed);
    }
}
