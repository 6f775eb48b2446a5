using CsBuild.Execution;
using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Output;

/// <summary>Writes images for others: archives, layouts and registries. Layers are compressed here, and only here.</summary>
internal sealed class ImageExport(ImageStore store, Func<RegistryClient> registry, EventLog events, AssembledImages images)
{
    public Task<bool> WriteAsync(ImageOutput output, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken) => output switch
    {
        ImageOutput.OciLayout layout => Progressed.RunAsync(events, "exporting to oci image format", null, _ => LayoutAsync(layout, names, cancellationToken)),
        ImageOutput.DockerArchive archive => Progressed.RunAsync(events, "exporting to docker image format", null, _ => DockerAsync(archive, names, cancellationToken)),
        ImageOutput.Registry => Progressed.RunAsync(events, "pushing " + string.Join(", ", names), null, step => PushAsync(output, names, step, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<bool> LayoutAsync(ImageOutput.OciLayout output, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var exported = await PrepareAsync(output, cancellationToken).ConfigureAwait(false);
        NamedImage[] named = [new(exported.Root, names)];
        if (output.IsDirectory)
        {
            if (output.Target is not OutputTarget.Path path)
                throw new BuildException(BuildFailure.Request, "an OCI layout directory needs a path");
            await OciDirectoryWriter.WriteAsync(path.Value, exported, named, cancellationToken).ConfigureAwait(false);
            return true;
        }
        var file = TargetFile.Open(output.Target);
        await using (file.ConfigureAwait(false))
        {
            await OciArchiveWriter.WriteAsync(file.Stream, exported, named, cancellationToken).ConfigureAwait(false);
            await file.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private async Task<bool> DockerAsync(ImageOutput.DockerArchive output, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        if (images.All.Count > 1 || images.Root != images.All[0].Manifest)
            throw new BuildException(BuildFailure.Request, "docker exporter does not currently support exporting manifest lists", hint: "build one platform, or use type=oci");
        var exported = await PrepareAsync(output, cancellationToken).ConfigureAwait(false);
        var file = TargetFile.Open(output.Target);
        await using (file.ConfigureAwait(false))
        {
            await DockerArchiveWriter.WriteAsync(file.Stream, exported, new NamedImage(exported.Root, names), cancellationToken).ConfigureAwait(false);
            await file.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private async Task<bool> PushAsync(ImageOutput output, IReadOnlyList<ImageReference> names, Digest step, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            throw new BuildException(BuildFailure.Request, "tag is needed when pushing to registry", hint: "give a name with -t");
        var progress = new StepTransfers(events, step);
        var exported = await PrepareAsync(output, cancellationToken).ConfigureAwait(false);
        var pusher = new ImagePusher(registry(), progress);
        var origins = images.All.SelectMany(i => i.Layers).Select(l => l.Remote?.Name).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
        {
            // A registry can take a base layer from a repository of its own, without a byte sent.
            var mounts = origins.Select(o => ImageReference.TryParse(o, out var from) ? from : null).OfType<ImageReference>().Where(r => r.Registry == name.Registry);
            await pusher.PushAsync(exported, name, [.. mounts], cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private Task<ExportedImage> PrepareAsync(ImageOutput output, CancellationToken cancellationToken)
    {
        // Base layers that no step needed are not here: they go straight from where they are to where they shall be.
        var remotes = new Dictionary<Digest, IBlobSource>();
        foreach (var layer in images.All.SelectMany(i => i.Layers))
            if (layer.Remote is not null)
                remotes[layer.Blob.Digest] = layer.Remote;
        var form = new ImageForm
        {
            Compression = output.Format.Compression,
            Level = output.Format.Level,
            Force = output.Format.Force,
            OciMediaTypes = output.Format.OciMediaTypes,
        };
        return ExportedImage.CreateAsync(new ExportSource(store.Content, store.Compressed.CompressAsync) { Remotes = remotes }, images.Root, form, cancellationToken);
    }
}
