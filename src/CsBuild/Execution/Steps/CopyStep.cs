using System.Globalization;
using System.Runtime.CompilerServices;
using CsBuild.Caching;
using CsBuild.Caching.Explaining;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Layers;

namespace CsBuild.Execution.Steps;

/// <summary>COPY and ADD: reads the trees of the sources and of the stage, writes one layer. No image is unpacked for it.</summary>
internal sealed class CopyStep(StageWork work, CopyWords words, CopySources sources, StepName name) : IStep
{
    private IReadOnlyList<SourceSelection>? _selections;
    private string? _digest;

    public StepName Name => name;

    private BuildSession Session => work.Session;

    /// <summary>Expands the words and resolves the source; no file is looked at yet.</summary>
    public static async Task<(IStep Step, string CreatedBy)> PlanAsync(StageWork work, FileInstruction instruction, StepName name)
    {
        var words = CopyWords.Expand(instruction, work.Scope, work.State.IsWindows, warning => work.Session.Events.Report(new WarningRaised(warning)));
        var from = instruction is CopyInstruction { From: { } written } ? work.SourceName(written) : null;
        var source = await work.OpenSourceAsync(from, "copy", instruction.Span).ConfigureAwait(false);
        var inputs = (instruction.Link ? [] : name.Inputs).Concat(source.Steps).Distinct().ToArray();
        var createdBy = HistoryText.File(instruction, words.Chown, words.Chmod, words.Sources, words.WrittenDestination);
        return (new CopyStep(work, words, new CopySources(work.Session, words, source, name), name with { Inputs = inputs }), createdBy);
    }

    public async IAsyncEnumerable<CacheKey> KeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Names of owners are looked up in the layers below, which need not be here: by name comes before by number.
        var isNamed = words.Link && UserResolver.NeedsFiles(words.Chown);
        var owner = words.Link && !isNamed ? await OwnerAsync(cancellationToken).ConfigureAwait(false) : null;
        var namesFrom = isNamed ? work.State.Rootfs.ChainId.ToString() : null;
        if (await sources.DefinitionAsync(cancellationToken).ConfigureAwait(false) is { } definition)
            yield return Key(owner, new KeyParts { { "owners", namesFrom }, definition });
        var selections = await SelectAsync(cancellationToken).ConfigureAwait(false);
        _digest = (await CopyDigest.ComputeAsync(selections, cancellationToken).ConfigureAwait(false)).ToString();
        if (isNamed)
        {
            yield return Key(null, new KeyParts { { "owners", namesFrom }, { KeyPart.Files, _digest } });
            owner = await OwnerAsync(cancellationToken).ConfigureAwait(false);
        }
        yield return Key(owner, new KeyParts { { KeyPart.Files, _digest } });
    }

    public async IAsyncEnumerable<(string Digest, FileList? Files)> ListFilesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_digest is not null)
            yield return (_digest, await SelectionListing.ListAsync(await SelectAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
    }

    public async Task<Layer> ExecuteAsync(CancellationToken cancellationToken)
    {
        var selections = await SelectAsync(cancellationToken).ConfigureAwait(false);
        FileTree? target = words.Link ? null : (await Session.Layers.OpenSourceAsync(work.State.Rootfs, cancellationToken).ConfigureAwait(false)).Tree;
        RefuseSilentOverwrite(selections, target);
        var options = new CopyOptions
        {
            Destination = words.Destination,
            WorkingDirectory = work.State.WorkingDirectory,
            Chown = await OwnerAsync(cancellationToken).ConfigureAwait(false),
            Chmod = words.Mode,
            Link = words.Link,
            MadeAt = Session.Epoch ?? UnixTime.Epoch,
            LatestTime = Session.Epoch,
        };
        try
        {
            var plan = CopyPlan.Create(selections, target, options);
            var ingest = Session.Store.Layers.BeginLayer();
            await using (ingest.ConfigureAwait(false))
            {
                await CopyWriter.WriteAsync(plan, ingest.Writer, cancellationToken).ConfigureAwait(false);
                return await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CopyException e)
        {
            throw new BuildException(BuildFailure.Step, e.Message, name.Span, e.Hint, e);
        }
    }

    private CacheKey Key((uint Uid, uint Gid)? owner, KeyParts files)
    {
        var parts = new KeyParts
        {
            { "kind", words.Parts.Any(p => p.Unpacks) ? "ADD" : "COPY" },
            { "kept", words.Parts.Any(p => p.Unpacks) ? string.Join(',', words.Parts.Index().Where(p => !p.Item.Unpacks).Select(p => p.Index)) : null },
            { KeyPart.Root, words.Link ? null : work.State.Rootfs.ChainId.ToString() },
            { "destination", words.Link ? RootPath.Join(work.State.WorkingDirectory, words.Destination) + (words.IsIntoDirectory ? "/" : "") : words.Destination },
            { "cwd", words.Link ? null : work.State.WorkingDirectory },
            { "chown", owner is { } ids ? string.Create(CultureInfo.InvariantCulture, $"{ids.Uid}:{ids.Gid}") : words.Chown },
            { "chmod", words.Chmod },
            { "parents", words.Parents ? "true" : null },
        };
        foreach (var pattern in words.Exclude)
            parts.Add("exclude", pattern);
        parts.Add("epoch", Session.Epoch);
        parts.Add(files);
        return CacheKey.Of(parts);
    }

    private async Task<IReadOnlyList<SourceSelection>> SelectAsync(CancellationToken cancellationToken) =>
        _selections ??= await sources.SelectAsync(cancellationToken).ConfigureAwait(false);

    private async Task<(uint Uid, uint Gid)?> OwnerAsync(CancellationToken cancellationToken)
    {
        if (words.Chown is null)
            return null;
        if (!UserResolver.NeedsFiles(words.Chown))
            return await new UserResolver(MemoryContext.Empty()).ForChownAsync(words.Chown, cancellationToken).ConfigureAwait(false);
        var rootfs = await Session.Layers.OpenSourceAsync(work.State.Rootfs, cancellationToken).ConfigureAwait(false);
        return await new UserResolver(rootfs).ForChownAsync(words.Chown, cancellationToken).ConfigureAwait(false);
    }

    // Docker lets the last of several files win where the destination is a file: never what somebody meant.
    private void RefuseSilentOverwrite(IReadOnlyList<SourceSelection> selections, FileTree? target)
    {
        if (selections.Sum(s => s.Items.Count) < 2 || words.IsIntoDirectory)
            return;
        var path = RootPath.Join(work.State.WorkingDirectory, words.Destination);
        if (target?.Find(path) is { IsDirectory: true } || selections.SelectMany(s => s.Items).All(i => i.Node.IsDirectory))
            return;
        throw new BuildException(BuildFailure.Step, $"several sources cannot be copied to the file {words.Destination}", name.Span, $"end the destination with a slash: {words.Destination}/");
    }
}
