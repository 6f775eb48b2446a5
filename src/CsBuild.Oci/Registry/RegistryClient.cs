using System.IO.Abstractions;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Speaks the OCI distribution protocol with registries: fetches and pushes manifests and blobs, with Docker's
/// credentials, mirrors and retries. Nothing is connected, read or looked up before the first request. May be used
/// from many threads at once; failures are <see cref="RegistryException"/>s.
/// </summary>
/// <remarks>
/// From top to bottom: this class says what happens in which order and retries it; Transfers know one request each;
/// a connection authenticates (Authentication) over redirects over sockets (Transport).
/// </remarks>
public sealed partial class RegistryClient : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly TimeProvider _clock;
    private readonly Action<string> _note;
    private readonly Lazy<TransportPool> _transports;
    private readonly Lazy<DockerCredentials> _credentials;
    private readonly Lazy<PullSources> _sources;
    private readonly Lazy<RetryPolicy> _retry;
    private readonly Dictionary<string, RegistryConnection> _connections = [];

    /// <summary>Makes a client; this does nothing that could be felt.</summary>
    /// <param name="options">How registries are reached.</param>
    /// <param name="clock">For waits and expiries; null: the system's.</param>
    /// <param name="transport">Takes the place of the sockets; not disposed with the client.</param>
    /// <param name="files">Where Docker's config and certificates are read; null: the disk.</param>
    public RegistryClient(RegistryOptions options, TimeProvider? clock = null, HttpMessageHandler? transport = null, IFileSystem? files = null)
    {
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _note = text => options.Note?.Invoke(text);
        _transports = new Lazy<TransportPool>(() => new TransportPool(files ?? new FileSystem(), transport));
        _credentials = new Lazy<DockerCredentials>(() =>
        {
            var disk = files ?? new FileSystem();
            return new DockerCredentials(disk, options.DockerConfigDirectory, new CredentialProgram(disk, options.HelperSearchPath, _clock));
        });
        _sources = new Lazy<PullSources>(() => new PullSources(options, Connect, _note));
        _retry = new Lazy<RetryPolicy>(() => new RetryPolicy(_clock, _note));
    }

    /// <summary>
    /// Fetches the manifest or index that <paramref name="reference"/> names, from its registry's mirrors first. The
    /// bytes are checked against the digest in the reference, else against the one that the registry claims.
    /// </summary>
    /// <exception cref="RegistryException">It cannot be had, or is not what it should be.</exception>
    public async Task<ResolvedManifest> FetchManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var (descriptor, bytes) = await _sources.Value.AskAsync(reference, source =>
            _retry.Value.RunAsync(token => new ManifestTransfer(source.Connection, _clock).GetAsync(source.Reference, token), source.NewBudget(), cancellationToken))
            .ConfigureAwait(false);
        return new ResolvedManifest(descriptor, bytes, reference, Blobs(reference));
    }

    /// <summary>
    /// What <paramref name="reference"/> names now, without its bytes where the registry allows; null where there is
    /// no such image. The digest is the registry's word; fetching checks it.
    /// </summary>
    /// <exception cref="RegistryException">The registry does not answer the question.</exception>
    public async Task<Descriptor?> HeadManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await _sources.Value.AskAsync(reference, source =>
                _retry.Value.RunAsync(token => HeadAsync(source, token), source.NewBudget(), cancellationToken)).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Reason == RegistryFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// The blobs of the repository that <paramref name="reference"/> names, mirrors first. Its streams go on where a
    /// connection broke; a read throws <see cref="RegistryException"/> where that does not help any more.
    /// </summary>
    public IBlobSource Blobs(ImageReference reference) => new RegistryBlobs(reference, _sources.Value, _retry.Value, _clock);

    /// <summary>Closes all connections. Streams that are open break.</summary>
    public void Dispose()
    {
        lock (_connections)
        {
            foreach (var connection in _connections.Values)
                connection.Dispose();
            _connections.Clear();
        }
        if (_transports.IsValueCreated)
            _transports.Value.Dispose();
    }

    private async Task<Descriptor> HeadAsync(PullSource source, CancellationToken cancellationToken)
    {
        var transfer = new ManifestTransfer(source.Connection, _clock);
        try
        {
            if (await transfer.HeadAsync(source.Reference, cancellationToken).ConfigureAwait(false) is { } descriptor)
                return descriptor;
        }
        catch (RegistryException e) when (e.Status == System.Net.HttpStatusCode.MethodNotAllowed)
        {
            // Some registries know GET only.
        }
        return (await transfer.GetAsync(source.Reference, cancellationToken).ConfigureAwait(false)).Descriptor;
    }

    private RegistryConnection Connect(string registry)
    {
        lock (_connections)
        {
            if (!_connections.TryGetValue(registry, out var connection))
            {
                var endpoint = RegistryEndpoint.For(registry, _options);
                connection = new RegistryConnection(endpoint, _transports.Value.For(endpoint), _credentials.Value, _clock, _note);
                _connections.Add(registry, connection);
            }
            return connection;
        }
    }
}
