using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Execution;

/// <summary>Stands where a registry would, in a build that may not speak to one. Names all that is missing at once.</summary>
internal sealed class OfflineBlobs(ImageReference reference, IReadOnlyList<Descriptor> missing) : IBlobSource
{
    public string Name => reference.Name;

    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var all = missing.Any(m => m.Digest == blob.Digest) ? missing : [blob];
        throw new BuildException(BuildFailure.Source,
            $"the build is offline, and {all.Count} {(all.Count == 1 ? "blob" : "blobs")} of {reference} are not in the store: {string.Join(", ", all.Select(m => m.Digest))}",
            hint: $"csbuild pull {reference.Familiar}");
    }
}
