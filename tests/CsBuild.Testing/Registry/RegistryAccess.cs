using System.Collections.Concurrent;
using System.Text;

namespace CsBuild.Testing.Registry;

/// <summary>How an <see cref="InMemoryRegistry"/> wants to be asked.</summary>
public enum AccessScheme
{
    Open,
    Basic,
    Bearer,
}

/// <summary>Who may do what in an <see cref="InMemoryRegistry"/>, and its token server at <c>/token</c>.</summary>
public sealed class RegistryAccess
{
    private readonly ConcurrentDictionary<string, string> _tokens = new();
    private int _count;

    public AccessScheme Scheme { get; set; }

    public string User { get; set; } = "user";

    public string Password { get; set; } = "pa:ss";

    public string IdentityToken { get; set; } = "identity-token";

    /// <summary>Null: the registry's own <c>/token</c>.</summary>
    public string? Realm { get; set; }

    /// <summary>Tokens for pulling are given to anybody.</summary>
    public bool AllowsAnonymousPull { get; set; }

    public int ExpiresIn { get; set; } = 300;

    /// <summary>Makes all tokens given until now worthless.</summary>
    public void Revoke() => _tokens.Clear();

    /// <summary>Null where the request may go on.</summary>
    internal Reply? Check(RecordedRequest request, string repository, string url)
    {
        var needed = $"repository:{repository}:{(request.Method is "GET" or "HEAD" ? "pull" : "pull,push")}";
        var shown = request.Header("Authorization");
        var good = Scheme switch
        {
            AccessScheme.Open => true,
            AccessScheme.Basic => shown == "Basic " + Pair,
            _ => shown?.StartsWith("Bearer ", StringComparison.Ordinal) == true && _tokens.TryGetValue(shown[7..], out var scopes)
                && scopes.Split(' ').Any(s => s == needed || (needed.EndsWith(":pull", StringComparison.Ordinal) && s == needed + ",push")),
        };
        return good ? null : Reply.Error(401, "UNAUTHORIZED", "authentication required").With("WWW-Authenticate", Scheme == AccessScheme.Basic
            ? "Basic realm=\"here\""
            : $"Bearer realm=\"{Realm ?? url + "/token"}\",service=\"registry.test\",scope=\"{needed},delete\"");
    }

    /// <summary>The token server; may be given the requests of another host.</summary>
    public Reply GiveToken(RecordedRequest request)
    {
        var scopes = request.Method == "POST" ? request.Form("scope") ?? "" : string.Join(' ', request.QueryAll("scope"));
        var shown = request.Header("Authorization");
        var known = request.Method == "POST" ? request.Form("refresh_token") == IdentityToken : shown == "Basic " + Pair;
        if (!known && (shown is not null || request.Method == "POST" || !AllowsAnonymousPull || scopes.Contains("push", StringComparison.Ordinal)))
            return Reply.Error(401, "UNAUTHORIZED", "incorrect username or password");
        var token = $"token-{Interlocked.Increment(ref _count)}";
        _tokens[token] = scopes;
        return Reply.Text(200, $$"""{"token":"{{token}}","expires_in":{{ExpiresIn}}}""");
    }

    private string Pair => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
}
