using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;

namespace CsBuild.Oci.Registry;

/// <summary>What to put into <c>Authorization</c>, and until when it is good.</summary>
internal sealed record Grant(AuthenticationHeaderValue Header, DateTimeOffset Expires);

/// <summary>
/// Gets and keeps the grants for one registry, one for each scope. Many transfers that need the same grant cause one
/// request for it.
/// </summary>
internal sealed class Authorizer(RegistryEndpoint endpoint, DockerCredentials credentials, TokenServer tokens, TimeProvider clock, Action<string> note)
{
    private readonly ConcurrentDictionary<string, Grant> _grants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);

    /// <summary>A grant that is here already and still good.</summary>
    public Grant? Known(RequestScope scope) =>
        _grants.TryGetValue(scope.Key, out var grant) && grant.Expires > clock.GetUtcNow() ? grant : null;

    /// <summary>
    /// A grant that answers <paramref name="challenges"/> and is not <paramref name="refused"/>; null where there is
    /// none to be had.
    /// </summary>
    public async Task<Grant?> AnswerAsync(IReadOnlyList<AuthChallenge> challenges, RequestScope scope, Grant? refused, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(scope.Key, static _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Known(scope) is { } known && known != refused)
                return known;
            var grant = await ObtainAsync(challenges, scope, refused, cancellationToken).ConfigureAwait(false);
            if (grant is not null)
                _grants[scope.Key] = grant;
            return grant;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Grant?> ObtainAsync(IReadOnlyList<AuthChallenge> challenges, RequestScope scope, Grant? refused, CancellationToken cancellationToken)
    {
        var bearer = challenges.FirstOrDefault(c => c.Is("Bearer"));
        if (bearer is null && !challenges.Any(c => c.Is("Basic")))
            return null;
        var credential = await FindCredentialAsync(scope, cancellationToken).ConfigureAwait(false);
        if (bearer is not null)
            return await ObtainTokenAsync(bearer, credential, scope, cancellationToken).ConfigureAwait(false);
        if (credential?.User is not { } user || refused?.Header.Scheme == "Basic")
            return null;
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{credential.Secret}"));
        return new Grant(new AuthenticationHeaderValue("Basic", pair), DateTimeOffset.MaxValue);
    }

    private async Task<Grant> ObtainTokenAsync(AuthChallenge challenge, Credential? credential, RequestScope scope, CancellationToken cancellationToken)
    {
        var trust = RealmGuard.Judge(endpoint, challenge.Parameters.GetValueOrDefault("realm"), out var realm, out var reason);
        if (trust == RealmTrust.Refused)
            throw scope.Question.Protocol(reason);
        if (trust == RealmTrust.Anonymous && credential is not null)
        {
            if (_noted.TryAdd(reason, true))
                note($"the credentials for `{endpoint.Registry}` are held back: {reason}; list it under token hosts if that is right");
            credential = null;
        }
        return await tokens.AskAsync(new TokenRequest(realm!, challenge.Parameters.GetValueOrDefault("service"), scope, credential), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Credential?> FindCredentialAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        try
        {
            return await credentials.FindAsync(endpoint.Registry, scope.Question.Repository, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw scope.Question.Unauthorized(e.Message);
        }
    }
}
