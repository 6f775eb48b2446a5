using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;

namespace CsBuild.Oci.Storage;

public sealed partial class ImageStore
{
    /// <summary>
    /// What describes the manifest or index with this digest, where its blob is here; null where it is not, or is
    /// something else. Whoever knows a digest needs no registry to say what it means.
    /// </summary>
    public Descriptor? FindDocument(Digest digest)
    {
        try
        {
            var bytes = SmallFile.Read(Content.PathOf(digest), OciJson.MaxDocumentSize);
            return Digest.Of(bytes) == digest ? new Descriptor { MediaType = ManifestShape.MediaTypeOf(bytes, null), Digest = digest, Size = bytes.Length } : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            return null;
        }
    }
}
