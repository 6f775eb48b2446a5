namespace CsBuild.Oci.Layers;

public sealed partial class LayerReader
{
    /// <summary>The bytes of one entry after the other; the same object for all.</summary>
    private sealed class ContentStream(TarInput input) : Stream
    {
        private long _left;
        private int _padding;
        private long _position;
        private int _piece;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <summary>Where not null, what is read has holes between the stored bytes.</summary>
        public SparseMap? Map { get; private set; }

        public void Start(long stored, SparseMap? map)
        {
            _left = stored;
            _padding = TarBlock.Padding(stored);
            Map = map;
            _position = 0;
            _piece = 0;
        }

        /// <summary>Goes behind the entry, whatever was read of it.</summary>
        public void Finish()
        {
            input.Skip(_left);
            input.Skip(_padding);
            Start(0, null);
        }

        /// <summary>The next bytes where they lie; empty at the end of the entry.</summary>
        public ReadOnlySpan<byte> Take()
        {
            if (_left == 0)
                return [];
            // They stay where they are until the next look at the input.
            var bytes = input.PeekOrThrow(_left);
            input.Advance(bytes.Length);
            _left -= bytes.Length;
            return bytes;
        }

        public override int Read(Span<byte> buffer) => Map is null ? ReadStored(buffer) : ReadSparse(buffer);

        private int ReadSparse(Span<byte> buffer)
        {
            var (offset, length) = _piece < Map!.Pieces.Count ? Map.Pieces[_piece] : new FilePiece(Map.Size, 0);
            var count = (int)Math.Min(buffer.Length, _position < offset ? offset - _position : offset + length - _position);
            if (_position < offset)
                buffer[..count].Clear();
            else
                count = ReadStored(buffer[..count]);
            _position += count;
            if (_position == offset + length && length > 0)
                _piece++;
            return count;
        }

        private int ReadStored(Span<byte> buffer)
        {
            if (_left == 0 || buffer.IsEmpty)
                return 0;
            var bytes = input.PeekOrThrow(Math.Min(_left, buffer.Length));
            bytes.CopyTo(buffer);
            input.Advance(bytes.Length);
            _left -= bytes.Length;
            return bytes.Length;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            ValidateBufferArguments(buffer, offset, count);
            return Read(buffer.AsSpan(offset, count));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
