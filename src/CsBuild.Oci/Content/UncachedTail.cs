using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CsBuild.Oci.Content.Host;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>
/// The rest of a large file, written past the page cache by a thread of its own in blocks of 4 MiB. What does not fill a
/// block at the end goes the usual way.
/// </summary>
internal sealed class UncachedTail : IPieceTarget, IDisposable
{
    private const int BlockSize = 4 << 20;
    private const int MostWaiting = 2;
    private const int BadRequest = 22;

    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly TempFile _file;
    private readonly SafeFileHandle _uncached;
    private readonly BackgroundWriter _writer;
    private byte[] _block;
    private int _used;
    private bool _refused;

    private UncachedTail(TempFile file, SafeFileHandle uncached)
    {
        _file = file;
        _uncached = uncached;
        _block = Rent();
        _writer = new BackgroundWriter(this, MostWaiting);
    }

    /// <summary>Begins at the file's end. Null where that is not at a block of the disk, or the file system has no such writes.</summary>
    public static UncachedTail? TryBegin(TempFile file) =>
        file.Length % UncachedFile.Alignment == 0 && UncachedFile.TryOpen(file.Path) is { } handle ? new UncachedTail(file, handle) : null;

    /// <summary>Appends. Throws what an earlier write has failed with.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, BlockSize - _used)];
            piece.CopyTo(Block(_block)[_used..]);
            _used += piece.Length;
            bytes = bytes[piece.Length..];
            if (_used == BlockSize)
            {
                _block = _writer.Exchange(_block, _used);
                _used = 0;
            }
        }
    }

    /// <summary>Returns when the file has all bytes.</summary>
    public void Finish()
    {
        _writer.Finish();
        _file.Write(Block(_block)[.._used]);
        _used = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _uncached.Dispose();
    }

    /// <summary>Never moves, so that it stays aligned.</summary>
    public byte[] Rent() =>
        _free.TryTake(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockSize + UncachedFile.Alignment, pinned: true);

    void IPieceTarget.Append(byte[] buffer, int length)
    {
        var bytes = Block(buffer)[..length];
        try
        {
            if (!_refused)
            {
                _file.Write(bytes, _uncached);
                return;
            }
        }
        catch (IOException e) when (e.HResult == BadRequest)
        {
            // File systems without such writes say so at the open or here; nothing of the block is written then.
            _refused = true;
        }
        _file.Write(bytes);
    }

    void IPieceTarget.Return(byte[] buffer) => _free.Add(buffer);

    private static Span<byte> Block(byte[] buffer)
    {
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);
        return buffer.AsSpan((int)(-address & (UncachedFile.Alignment - 1)), BlockSize);
    }
}
