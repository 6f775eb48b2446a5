using CsBuild.Oci.Content;

namespace CsBuild.Context;

/// <summary>Reads a stream and keeps a copy of all that was read.</summary>
internal sealed class SpoolingStream(Stream inner, Stream copy) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        copy.Write(buffer[..read]);
        return read;
    }
}
