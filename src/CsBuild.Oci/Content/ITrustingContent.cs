namespace CsBuild.Oci.Content;

/// <summary>
/// A store that need not hash what this library has just hashed: a layer's writer knows the digest of its tar, and
/// hashing 200 MB a second time costs as much as writing them.
/// </summary>
internal interface ITrustingContent
{
    /// <summary>As <see cref="IContentStore.BeginIngest"/>; the commit must be given a descriptor, of which only the size is checked.</summary>
    ContentIngest BeginTrustedIngest();
}
