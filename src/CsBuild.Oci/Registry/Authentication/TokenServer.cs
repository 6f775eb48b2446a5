using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CsBuild.Oci.Registry;

/// <summary>What is asked of a token server: the credential has been cleared for it.</summary>
internal sealed record TokenRequest(Uri Realm, string? Service, RequestScope Scope, Credential? Credential);

/// <summary>
/// Gets bearer tokens, by GET with a user and password or nothing, by POST with an identity token. Asks for the scope
/// that we need, never for the one that the challenge proposes.
/// </summary>
/// <remarks>distribution, docs/spec/auth/token.md and oauth.md.</remarks>
internal sealed class TokenServer(HttpMessageInvoker invoker, TimeProvider clock)
{
    private const int MaxReply = 1 << 20;
    private const int MaxService = 512;
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(1);

    public async Task<Grant> AskAsync(TokenRequest asked, CancellationToken cancellationToken)
    {
        var question = asked.Scope.Question;
        question = question with { What = $"{question.What}, a token being needed from `{HostRules.Plain(asked.Realm.IdnHost)}`" };
        if (asked.Service?.Length > MaxService)
            throw question.Protocol("the name of its service is too long");
        using var request = asked.Credential is { User: null } identity ? ByPost(asked, identity.Secret) : ByGet(asked);
        using var response = await Wire.SendSuccessfullyAsync(invoker, request, question, clock, null, cancellationToken).ConfigureAwait(false);
        var body = await Wire.ReadAsync(response, MaxReply, question, clock, cancellationToken).ConfigureAwait(false);
        return Read(body, question);
    }

    private static HttpRequestMessage ByGet(TokenRequest asked)
    {
        var query = new StringBuilder(asked.Realm.Query.TrimStart('?'));
        Append("service", asked.Service);
        foreach (var scope in asked.Scope.Scopes)
            Append("scope", scope);
        Append("account", asked.Credential?.User);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(asked.Realm) { Query = query.ToString() }.Uri);
        if (asked.Credential is { User: { } user, Secret: var password })
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return request;

        void Append(string name, string? value)
        {
            if (value is { Length: > 0 })
                query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static HttpRequestMessage ByPost(TokenRequest asked, string identityToken) => new(HttpMethod.Post, asked.Realm)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["service"] = asked.Service ?? "",
            ["client_id"] = "csbuild",
            ["scope"] = asked.Scope.Key,
            ["refresh_token"] = identityToken,
        }),
    };

    private Grant Read(byte[] body, Question question)
    {
        TokenReply? reply;
        try
        {
            reply = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenReply);
        }
        catch (JsonException)
        {
            throw question.Protocol("the answer is no JSON");
        }
        var token = reply?.Token is { Length: > 0 } named ? named : reply?.AccessToken;
        if (string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw question.Protocol("the answer holds no token");
        var lifetime = reply!.ExpiresIn is double seconds and >= 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestLifetime.TotalSeconds)) : DefaultLifetime;
        // A little less than promised: it has to arrive and to be checked by another clock.
        return new Grant(new AuthenticationHeaderValue("Bearer", token), clock.GetUtcNow() + lifetime * 0.9);
    }
}
