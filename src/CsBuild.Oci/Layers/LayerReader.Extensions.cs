namespace CsBuild.Oci.Layers;

public sealed partial class LayerReader
{
    /// <summary>What the headers before an entry's own say of it.</summary>
    private sealed class Extensions(LayerLimits limits)
    {
        private byte[]? _longName;
        private byte[]? _longLink;
        private long _size;

        public PaxHeader? Header { get; private set; }

        public bool IsEmpty => Header is null && _longName is null && _longLink is null;

        public void Count(long size)
        {
            _size += size;
            if (size > limits.HeaderSize || _size > limits.HeaderSize)
                throw new InvalidDataException($"the extension headers of a layer entry are larger than {limits.HeaderSize} bytes");
        }

        public void Pax(byte[] body) => Header = Header is null ? PaxHeader.Parse(body) : throw Twice("PAX header");

        public void LongName(byte[] body) => _longName = _longName is null ? Text(body) : throw Twice("long name");

        public void LongLink(byte[] body) => _longLink = _longLink is null ? Text(body) : throw Twice("long link target");

        public byte[] NameOr(TarHeader header)
        {
            if (_longName is not null && Header?.Path is not null)
                throw Twice("long name");
            return Checked(Header?.Sparse?.Name ?? Header?.Path ?? _longName ?? header.Name());
        }

        public byte[] LinkNameOr(TarHeader header)
        {
            if (_longLink is not null && Header?.LinkPath is not null)
                throw Twice("long link target");
            return Checked(Header?.LinkPath ?? _longLink ?? header.LinkName.ToArray());
        }

        public long SizeOr(TarHeader header) => Header?.Size ?? header.Size;

        private static InvalidDataException Twice(string what) => new($"a layer entry has more than one {what}");

        private byte[] Checked(byte[] name) => name.Length <= limits.NameSize
            ? name
            : throw new InvalidDataException($"a layer entry has a name or link target longer than {limits.NameSize} bytes");

        private static byte[] Text(byte[] body) => body.AsSpan().IndexOf((byte)0) is var end and >= 0 ? body[..end] : body;
    }
}
