namespace CsBuild.Oci.Content;

/// <summary>What a <see cref="BackgroundWriter"/> writes to. Each member may be called by another thread than the last one, never by two at once but for renting and returning.</summary>
internal interface IPieceTarget
{
    /// <summary>A buffer to be filled.</summary>
    byte[] Rent();

    /// <summary>Appends the first <paramref name="length"/> bytes of what a buffer is to hold.</summary>
    void Append(byte[] buffer, int length);

    /// <summary>Takes a rented buffer back.</summary>
    void Return(byte[] buffer);
}
