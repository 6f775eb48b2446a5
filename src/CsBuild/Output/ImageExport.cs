using CsBuild.Execution;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Output;

/// <summary>Writes images for others: archives, layouts and registries. Layers are compressed here, and only here.</summary>
internal sealed class ImageExport(ImageStore store, Func<RegistryClient> registry, BuildSession session, EventLog events)
{
    public Task<bool> WriteAsync(ImageOutput output, IReadOnlyList<ImageReference> names, IReadOnlyList<AssembledImage> images, Descriptor root, CancellationToken cancellationToken) => output switch
    {
        ImageOutput.OciLayout layout => Progressed.RunAsync(events, "exporting to oci image format", null, _ => LayoutAsync(layout, names, images, root, cancellationToken)),
        ImageOutput.DockerArchive archive => Progressed.RunAsync(events, "exporting to docker image format", null, _ => DockerAsync(archive, names, images, root, cancellationToken)),
        ImageOutput.Registry => Progressed.RunAsync(events, "pushing to registry", null, step => PushAsync(output, names, images, root, step, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<bool> LayoutAsync(ImageOutput.OciLayout output, IReadOnlyList<ImageReference> names, IReadOnlyList<AssembledImage> images, Descriptor root, CancellationToken cancellationToken)
    {
        var exported = await PrepareAsync(output, images, root, cancellationToken).ConfigureAwait(false);
        NamedImage[] named = [new(exported, names)];
        if (output.IsDirectory)
        {
            if (output.Target is not OutputTarget.Path path)
                throw new BuildException(BuildFailure.Request, "an OCI layout directory needs a path");
            await OciDirectoryWriter.WriteAsync(path.Value, store.Content, named, cancellationToken).ConfigureAwait(false);
            return true;
        }
        var file = TargetFile.Open(output.Target);
        await using (file.ConfigureAwait(false))
        {
            await OciArchiveWriter.WriteAsync(file.Stream, store.Content, named, cancellationToken).ConfigureAwait(false);
            await file.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private async Task<bool> DockerAsync(ImageOutput.DockerArchive output, IReadOnlyList<ImageReference> names, IReadOnlyList<AssembledImage> images, Descriptor root, CancellationToken cancellationToken)
    {
        if (images.Count > 1)
            throw new BuildException(BuildFailure.Request, "docker exporter does not currently support exporting manifest lists", hint: "build one platform, or use type=oci");
        var exported = await PrepareAsync(output, images, root, cancellationToken).ConfigureAwait(false);
        var file = TargetFile.Open(output.Target);
        await using (file.ConfigureAwait(false))
        {
            await DockerArchiveWriter.WriteAsync(file.Stream, store.Content, new NamedImage(exported, names), cancellationToken).ConfigureAwait(false);
            await file.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }
}
