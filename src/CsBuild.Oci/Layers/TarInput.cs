using System.Security.Cryptography;

namespace CsBuild.Oci.Layers;

/// <summary>The bytes of a tar, forward only, with a limit; hashes all of them where asked to.</summary>
internal sealed class TarInput(Stream source, long limit, IncrementalHash? hash)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 17);
    private int _start;
    private int _end;

    /// <summary>How many bytes were consumed.</summary>
    public long Position { get; private set; }

    /// <summary>Up to <paramref name="max"/> of the next bytes, without consuming them; empty only at the end.</summary>
    public ReadOnlySpan<byte> Peek(long max)
    {
        if (_start == _end)
            Fill();
        return _buffer.AsSpan(_start, (int)Math.Min(max, _end - _start));
    }

    /// <summary>Consumes bytes that <see cref="Peek"/> has shown.</summary>
    public void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Reads one block; false at the end of the stream.</summary>
    public bool TryReadBlock(Span<byte> block)
    {
        if (Peek(1).IsEmpty)
            return false;
        ReadExactly(block);
        return true;
    }

    /// <summary>Fills <paramref name="bytes"/>.</summary>
    public void ReadExactly(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var next = PeekOrThrow(bytes.Length);
            next.CopyTo(bytes);
            bytes = bytes[next.Length..];
            Advance(next.Length);
        }
    }

    /// <summary>Consumes <paramref name="count"/> bytes.</summary>
    public void Skip(long count)
    {
        while (count > 0)
        {
            var next = PeekOrThrow(count).Length;
            Advance(next);
            count -= next;
        }
    }

    /// <summary>As <see cref="Peek"/>, where the end is an error.</summary>
    public ReadOnlySpan<byte> PeekOrThrow(long max)
    {
        var next = Peek(max);
        return next.IsEmpty ? throw new InvalidDataException($"the tar is cut off after {Position} bytes") : next;
    }

    /// <summary>Consumes all that is left: it is part of the layer's digest even where it says nothing.</summary>
    public void Drain()
    {
        for (var next = Peek(int.MaxValue); !next.IsEmpty; next = Peek(int.MaxValue))
            Advance(next.Length);
    }

    private void Fill()
    {
        _start = 0;
        _end = source.Read(_buffer);
        if (Position + _end > limit)
            throw new InvalidDataException($"the layer is larger than {limit} bytes");
        hash?.AppendData(_buffer, 0, _end);
    }
}
