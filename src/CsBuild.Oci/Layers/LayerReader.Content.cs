namespace CsBuild.Oci.Layers;

public sealed partial class LayerReader
{
    /// <summary>The bytes of one entry after the other; the same object for all.</summary>
    private sealed class ContentStream(TarInput input) : Stream
    {
        private long _left;
        private int _padding;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Start(long size)
        {
            _left = size;
            _padding = TarBlock.Padding(size);
        }

        /// <summary>Goes behind the entry, whatever was read of it.</summary>
        public void Finish()
        {
            input.Skip(_left);
            input.Skip(_padding);
            Start(0);
        }

        /// <summary>The next bytes where they lie; empty at the end of the entry.</summary>
        public ReadOnlySpan<byte> Take()
        {
            if (_left == 0)
                return [];
            // Not consumed before the next call's Peek can overwrite them, so the order is safe.
            var bytes = input.PeekOrThrow(_left);
            input.Advance(bytes.Length);
            _left -= bytes.Length;
            return bytes;
        }

        public override int Read(Span<byte> buffer)
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
