using CsBuild.Oci.Content;

namespace CsBuild.Copying;

/// <summary>Lets a long synchronous copy be cancelled: each read looks first.</summary>
internal sealed class CancellableStream(Stream inner, CancellationToken cancellationToken) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return inner.Read(buffer);
    }
}
