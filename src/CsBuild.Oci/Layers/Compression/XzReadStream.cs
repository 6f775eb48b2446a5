using System.Runtime.InteropServices;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>Decompresses xz streams, one after the other, in at most 256 MiB of memory.</summary>
internal sealed unsafe class XzReadStream : OneWayStream
{
    private const ulong MemoryLimit = 256UL << 20;

    private readonly Stream _source;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 16);

    // In native memory, as the library may hold on to its address.
    private Liblzma.State* _state;
    private int _start;
    private int _end;
    private bool _sourceEnded;
    private bool _isAtEnd;

    public XzReadStream(Stream source)
        : base(reads: true)
    {
        Liblzma.Require();
        _source = source;
        _state = (Liblzma.State*)NativeMemory.AllocZeroed((nuint)sizeof(Liblzma.State));
        Check(Liblzma.Begin(_state, MemoryLimit, Liblzma.Concatenated));
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_state == null, this);
        while (!buffer.IsEmpty && !_isAtEnd)
        {
            if (_start == _end && !_sourceEnded)
            {
                _start = 0;
                _end = _source.Read(_buffer);
                _sourceEnded = _end == 0;
            }
            if (Step(buffer) is var count and > 0)
                return count;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _state != null)
            _source.Dispose();
        Free();
        base.Dispose(disposing);
    }

    ~XzReadStream() => Free();

    private void Free()
    {
        if (_state == null)
            return;
        Liblzma.End(_state);
        NativeMemory.Free(_state);
        _state = null;
    }

    private int Step(Span<byte> destination)
    {
        fixed (byte* to = destination, from = _buffer)
        {
            _state->NextIn = from + _start;
            _state->AvailableIn = (nuint)(_end - _start);
            _state->NextOut = to;
            _state->AvailableOut = (nuint)destination.Length;
            var result = Liblzma.Code(_state, _sourceEnded ? Liblzma.Action.Finish : Liblzma.Action.Run);
            _start = _end - (int)_state->AvailableIn;
            _isAtEnd = result == Liblzma.Result.StreamEnd;
            Check(result);
            return destination.Length - (int)_state->AvailableOut;
        }
    }

    private static void Check(Liblzma.Result result)
    {
        switch (result)
        {
            case Liblzma.Result.Ok or Liblzma.Result.StreamEnd:
                return;
            case Liblzma.Result.NoMemory:
                throw new InsufficientMemoryException("xz: no memory");
            case Liblzma.Result.MemoryLimit:
                throw new InvalidDataException($"xz: the data needs more than {MemoryLimit >> 20} MiB of memory");
            case Liblzma.Result.NoProgress:
                throw new InvalidDataException("xz: the data is cut off");
            default:
                throw new InvalidDataException($"xz: the data cannot be read ({result})");
        }
    }
}
