using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>One place to pull from, and the name that the image has there.</summary>
internal sealed record PullSource(RegistryConnection Connection, ImageReference Reference, bool IsMirror)
{
    public RetryBudget NewBudget() => IsMirror ? RetryBudget.ForMirror() : new RetryBudget();
}

/// <summary>
/// Where images can be pulled from: the mirrors of their registry in order, then the registry. A mirror that is away
/// or has lied is not asked again by this client.
/// </summary>
internal sealed class PullSources(RegistryOptions options, Func<string, RegistryConnection> connect, Action<string> note)
{
    private readonly ConcurrentDictionary<string, bool> _avoided = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);

    /// <summary>The first answer that can be used; the registry itself has the last word.</summary>
    public async Task<T> AskAsync<T>(ImageReference reference, Func<PullSource, Task<T>> ask)
    {
        foreach (var source in Mirrors(reference))
        {
            try
            {
                return await ask(source).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                if (e.Reason is RegistryFailure.Unreachable or RegistryFailure.WrongContent or RegistryFailure.Protocol)
                    Avoid(source);
                NoteOnce($"{source.Reference.Name} {e.Reason}", $"the mirror `{source.Reference.Registry}` is passed over: {e.Message}");
            }
        }
        return await ask(new PullSource(connect(reference.Registry), reference, IsMirror: false)).ConfigureAwait(false);
    }

    /// <summary>Asks <paramref name="source"/> no more, if it is a mirror.</summary>
    public void Avoid(PullSource source)
    {
        if (source.IsMirror)
            _avoided[source.Reference.Registry] = true;
    }

    private void NoteOnce(string key, string text)
    {
        if (_noted.TryAdd(key, true))
            note(text);
    }

    private IEnumerable<PullSource> Mirrors(ImageReference reference)
    {
        foreach (var mirror in options.Registries.GetValueOrDefault(reference.Registry)?.Mirrors ?? [])
        {
            if (_avoided.ContainsKey(mirror))
                continue;
            if (!ImageReference.TryParse(mirror + reference.ToString()[reference.Registry.Length..], out var there) || there.Registry != mirror)
                throw new RegistryException(RegistryFailure.Protocol, $"`{RemoteText.Clean(mirror)}` is no registry and cannot be a mirror of `{reference.Registry}`")
                {
                    Registry = reference.Registry,
                    Repository = reference.Repository,
                    Hint = "a mirror is a host with an optional port, for example 127.0.0.1:5000",
                };
            yield return new PullSource(connect(mirror), there, IsMirror: true);
        }
    }
}

/// <summary>The blobs of one repository, from wherever it can be pulled.</summary>
internal sealed class RegistryBlobs(ImageReference reference, PullSources sources, RetryPolicy retry, TimeProvider clock) : IBlobSource
{
    public string Name => reference.Name;

    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) =>
        sources.AskAsync<Stream>(reference, async source =>
        {
            var question = source.Connection.Ask(source.Reference.Repository, $"fetch the blob `{blob.Digest}` of `{source.Reference.Name}`");
            var transfer = new BlobTransfer(source.Connection, question, retry, clock);
            return await ResumingStream.OpenAsync(transfer, blob, source.NewBudget(), () => sources.Avoid(source), cancellationToken).ConfigureAwait(false);
        });
}
