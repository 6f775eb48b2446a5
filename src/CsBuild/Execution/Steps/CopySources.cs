using System.Text;
using CsBuild.Caching;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Execution.Steps;

/// <summary>The sources of one COPY or ADD: what is known of them without their files, and their files.</summary>
internal sealed class CopySources(BuildSession session, CopyWords words, SourceRoot source, StepName name)
{
    private readonly Dictionary<GitSource, GitCommit> _commits = [];

    /// <summary>What names the files without a look at them; null where nothing does. Asks repositories what their refs mean.</summary>
    public async Task<KeyParts?> DefinitionAsync(CancellationToken cancellationToken)
    {
        if (words.Parts.Count == 0 || words.Parts.Any(p => p is CopyPart.Local && source.Snapshot is null || p is CopyPart.Url { Source.Checksum: null }))
            return null;
        var found = new KeyParts();
        foreach (var part in words.Parts)
        {
            switch (part)
            {
                case CopyPart.Local local:
                    found.Add("from", source.Snapshot!.ChainId.ToString());
                    foreach (var word in local.Words)
                        found.Add("source", word);
                    break;
                case CopyPart.Url url:
                    found.Add("url", $"{url.Source.Checksum} {url.Source.FileName}");
                    break;
                case CopyPart.Repository repository:
                    var commit = await FetchingAsync(() => CommitAsync(repository.Source, cancellationToken)).ConfigureAwait(false);
                    found.Add("git", RemoteSources.KeyOf(repository.Source, commit, repository.KeepsGitDirectory).Value.ToString());
                    break;
            }
        }
        foreach (var (file, body) in words.Heredocs)
            found.Add("heredoc", $"{file} {Digest.Of(Encoding.UTF8.GetBytes(body))}");
        return found;
    }

    /// <summary>The files, in the order of the words; heredocs last.</summary>
    /// <exception cref="BuildException">One is not there, or cannot be fetched.</exception>
    public async Task<IReadOnlyList<SourceSelection>> SelectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var selections = new List<SourceSelection>();
            foreach (var part in words.Parts)
            {
                var (files, names) = await FetchingAsync(() => OpenAsync(part, cancellationToken)).ConfigureAwait(false);
                var selection = SourceSelection.Select(files, names, words.Parents, IgnoreFile.FromPatterns(words.Exclude));
                selections.Add(part.Unpacks ? await UnpackedAsync(selection, cancellationToken).ConfigureAwait(false) : selection);
            }
            if (words.Heredocs.Count > 0)
                selections.Add(SelectHeredocs());
            return selections;
        }
        catch (CopyException e)
        {
            throw new BuildException(BuildFailure.Step, e.Message, name.Span, e.Hint, e);
        }
        catch (FormatException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, e.Message, name.Span, inner: e);
        }
    }

    private async Task<OpenedPart> OpenAsync(CopyPart part, CancellationToken cancellationToken)
    {
        switch (part)
        {
            case CopyPart.Local local:
                return new OpenedPart(await source.OpenAsync(cancellationToken).ConfigureAwait(false), local.Words);
            case CopyPart.Url url:
                var download = await session.Remotes.DownloadAsync(url.Source, RemoteSources.Report(session.Events, name.Id, url.Source.FileName), cancellationToken).ConfigureAwait(false);
                return new OpenedPart(session.Remotes.Open(download, url.Source.FileName), [Literal(url.Source.FileName)]);
            case CopyPart.Repository(var git, var keeps):
                var commit = await CommitAsync(git, cancellationToken).ConfigureAwait(false);
                var tree = await session.Remotes.TreeAsync(git, commit, keeps, cancellationToken).ConfigureAwait(false);
                return new OpenedPart(await session.Layers.OpenSourceAsync(tree.Files, cancellationToken).ConfigureAwait(false), ["."]);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<GitCommit> CommitAsync(GitSource git, CancellationToken cancellationToken)
    {
        if (!_commits.TryGetValue(git, out var commit))
            _commits[git] = commit = await session.Remotes.ResolveAsync(git, cancellationToken).ConfigureAwait(false);
        return commit;
    }

    // A name from outside is no pattern.
    private static string Literal(string fileName) => string.Concat(fileName.Select(c => "*?[\\".Contains(c, StringComparison.Ordinal) ? "\\" + c : c.ToString()));

    private SourceSelection SelectHeredocs()
    {
        var files = new List<KeyValuePair<string, byte[]>>();
        var names = new List<string>();
        foreach (var (file, body) in words.Heredocs)
        {
            files.Add(KeyValuePair.Create(file, Encoding.UTF8.GetBytes(body)));
            names.Add(file);
        }
        return SourceSelection.Select(new MemoryContext(files), names);
    }

    private async Task<SourceSelection> UnpackedAsync(SourceSelection selection, CancellationToken cancellationToken)
    {
        var archives = await ArchiveSet.OpenAsync(selection, session.Contexts.TemporaryDirectory, LayerLimits.Default, cancellationToken).ConfigureAwait(false);
        session.Own(archives);
        return archives.Selection;
    }

    private async Task<T> FetchingAsync<T>(Func<Task<T>> fetch)
    {
        try
        {
            return await fetch().ConfigureAwait(false);
        }
        catch (FetchException e)
        {
            throw new BuildException(BuildFailure.Source, e.Message, name.Span, e.Hint, e);
        }
    }

    /// <summary>Where the files of a part are, and the words that pick them.</summary>
    private sealed record OpenedPart(IFileSource Files, IReadOnlyList<string> Words);
}
