using System.Runtime.CompilerServices;
using CsBuild.Caching;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;

namespace CsBuild.Execution.Steps;

/// <summary>
/// WORKDIR: makes the directories that are missing, owned by the current user. Works on names only. Directories above
/// stand in the layer, too, as in any layer that a file system's difference makes.
/// </summary>
internal sealed class WorkdirStep(StepName name, StageState state, string path, BuildSession session) : IStep
{
    public StepName Name => name;

    public async IAsyncEnumerable<CacheKey> KeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return CacheKey.Of(new KeyParts
        {
            { "kind", "WORKDIR" },
            { KeyPart.Root, state.Rootfs.ChainId.ToString() },
            { "path", path },
            { "user", state.Container.User ?? "" },
            { "epoch", session.Epoch },
        });
    }

    public async Task<Layer> ExecuteAsync(CancellationToken cancellationToken)
    {
        var source = await session.Layers.OpenSourceAsync(state.Rootfs, cancellationToken).ConfigureAwait(false);
        var (uid, gid) = await OwnerAsync(source, cancellationToken).ConfigureAwait(false);
        var ingest = session.Store.Layers.BeginLayer();
        await using (ingest.ConfigureAwait(false))
        {
            foreach (var entry in Missing(source.Tree, uid, gid))
                ingest.Writer.Add(entry, null);
            return await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(uint Uid, uint Gid)> OwnerAsync(LayeredFileSource source, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(state.Container.User))
            return (0, 0);
        return await new UserResolver(source).ForWorkdirAsync(state.Container.User, cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<LayerEntry> Missing(FileTree tree, uint uid, uint gid)
    {
        var existing = ImageTree.Find(tree, path);
        if (existing is { IsDirectory: false })
            throw new BuildException(BuildFailure.Step, $"cannot create {path}: it is there and no directory", name.Span);
        if (existing is not null)
            yield break;
        var time = session.Epoch ?? UnixTime.Epoch; // the clock never reaches a layer
        var names = tree.Resolve(path).Split('/');
        if (Array.Exists(names, n => n.StartsWith(".wh.", StringComparison.Ordinal)))
            throw new BuildException(BuildFailure.Step, $"cannot create {path}: layers use names with `.wh.` to say that a file is deleted", name.Span);
        for (var i = 1; i <= names.Length; i++)
        {
            var directory = string.Join('/', names[..i]);
            var node = tree.Find(directory, followLast: false);
            if (node is { IsDirectory: false })
                throw new BuildException(BuildFailure.Step, $"cannot create {path}: /{directory} is there and no directory", name.Span);
            yield return node is null
                ? new LayerEntry { Path = directory, Type = EntryType.Directory, Mode = 0x1ED, Uid = uid, Gid = gid, Mtime = time }
                : node.Entry with { Path = directory, Offset = 0 };
        }
    }
}
