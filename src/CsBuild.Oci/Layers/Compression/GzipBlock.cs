using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.ExceptionServices;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>A piece of the input of <see cref="ParallelGzipStream"/> and what became of it.</summary>
internal sealed class GzipBlock(int level) : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Part of the format, in a way: another size gives other bytes.</summary>
    private const int Size = 1 << 20;

    private const int HeaderSize = 10;

    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(Size);
    private readonly MemoryStream _output = new();
    private readonly ManualResetEventSlim _done = new();
    private ExceptionDispatchInfo? _failure;

    // Set unless there is work: the pool may come late, when this thread has done it and fills the block anew.
    private int _isClaimed = 1;
    private int _end;

    public int Length { get; private set; }

    public uint Crc { get; private set; }

    public bool IsFull => Length == Size;

    public bool IsEmpty => Length == 0;

    /// <summary>Takes what there is room for, and says how much that was.</summary>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Size - Length);
        bytes[..count].CopyTo(_input.AsSpan(Length));
        Length += count;
        return count;
    }

    public void Start()
    {
        Volatile.Write(ref _isClaimed, 0);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Waits until the block is compressed. Where no thread has begun yet, this one does it: a full thread pool then
    /// slows things down but never stops them.
    /// </summary>
    public void Wait()
    {
        Execute();
        _done.Wait();
    }

    /// <summary>Whole bytes of a deflate stream that goes on.</summary>
    public ReadOnlySpan<byte> Result()
    {
        _failure?.Throw();
        return _output.GetBuffer().AsSpan(HeaderSize, _end - HeaderSize);
    }

    public void Reset()
    {
        Length = 0;
        _output.SetLength(0);
        _done.Reset();
    }

    public void Execute()
    {
        if (Interlocked.Exchange(ref _isClaimed, 1) != 0)
            return;
        try
        {
            Compress();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OutOfMemoryException or InvalidOperationException)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _done.Set();
        }
    }

    public void Dispose()
    {
        _output.Dispose();
        _done.Dispose();
    }

    // The framework has no public CRC-32, but a gzip member ends with one. Of the member only what lies between its
    // header and the flush, which ends on a byte, is kept.
    private void Compress()
    {
        using (var gzip = new GZipStream(_output, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            gzip.Write(_input.AsSpan(0, Length));
            gzip.Flush();
            _end = (int)_output.Length;
        }
        Crc = BinaryPrimitives.ReadUInt32LittleEndian(_output.GetBuffer().AsSpan((int)_output.Length - 8));
    }
}
