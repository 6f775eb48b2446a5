using System.Diagnostics.CodeAnalysis;

namespace CsBuild.Oci.Registry;

/// <summary>What a token server may be sent.</summary>
internal enum RealmTrust
{
    /// <summary>Nothing at all.</summary>
    Refused,

    /// <summary>A request without credentials.</summary>
    Anonymous,

    /// <summary>The credentials saved for the registry.</summary>
    Credentials,
}

/// <summary>
/// Decides about the realm that a challenge names. Whoever answers in a registry's place can name any; credentials
/// go only to the registry's own host, to its domain, or where the user said so.
/// </summary>
internal static class RealmGuard
{
    // Below these everybody can have a name, so a common ending says nothing. Country codes with a short or usual
    // second level (co.uk, com.au) are covered by rule.
    private static readonly string[] SharedSuffixes =
    [
        "amazonaws.com", "azurecr.io", "azurewebsites.net", "azurecontainer.io", "cloudapp.net", "cloudfront.net", "fly.dev", "github.io",
        "githubusercontent.com", "gitlab.io", "googleapis.com", "herokuapp.com", "jfrog.io", "netlify.app", "ngrok.io", "ngrok.app",
        "ngrok-free.app", "ocir.io", "onrender.com", "pages.dev", "pkg.dev", "run.app", "trycloudflare.com", "vercel.app", "web.app", "workers.dev",
    ];

    public static RealmTrust Judge(RegistryEndpoint endpoint, string? realm, out Uri? uri, out string reason)
    {
        reason = "";
        if (!TryReadRealm(realm, out uri))
        {
            reason = "its token server is not given as a plain absolute http(s) URL";
            return RealmTrust.Refused;
        }
        var host = HostRules.Plain(uri.IdnHost);
        var sameHost = host == endpoint.Host;
        if (uri.Scheme == Uri.UriSchemeHttp && !(endpoint.IsPlain && (sameHost || HostRules.IsLoopback(host))))
        {
            reason = $"its token server `{host}` is to be reached by plain HTTP";
            return RealmTrust.Refused;
        }
        if (HostRules.IsInternal(host) && !sameHost && !HostRules.IsInternal(endpoint.Host))
        {
            reason = $"its token server `{host}` is an internal address";
            return RealmTrust.Refused;
        }
        if (sameHost || SharesDomain(host, endpoint.Host) || endpoint.Settings.TokenHosts.Any(h => HostRules.Plain(h) == host))
            return RealmTrust.Credentials;
        reason = $"its token server `{host}` is not in the registry's domain";
        return RealmTrust.Anonymous;
    }

    private static bool TryReadRealm(string? realm, [NotNullWhen(true)] out Uri? uri) =>
        Uri.TryCreate(realm, UriKind.Absolute, out uri)
        && uri.Scheme is "https" or "http"
        && uri is { UserInfo: "", Fragment: "" }
        && uri.IdnHost.Length > 0;

    private static bool SharesDomain(string a, string b) => RegistrableDomain(a) is { } domain && domain == RegistrableDomain(b);

    private static string? RegistrableDomain(string host)
    {
        var labels = host.Split('.');
        if (Uri.CheckHostName(host) != UriHostNameType.Dns || labels.Length < 2)
            return null;
        var lastTwo = string.Join('.', labels[^2..]);
        var secondLevelIsPublic = labels[^1].Length == 2
            && (labels[^2].Length <= 2 || labels[^2] is "com" or "org" or "net" or "edu" or "gov" or "mil" or "nom" or "gob" or "gouv");
        if (Array.Exists(SharedSuffixes, s => host == s || host.EndsWith("." + s, StringComparison.Ordinal)))
            return host;
        return !secondLevelIsPublic ? lastTwo : labels.Length > 2 ? string.Join('.', labels[^3..]) : null;
    }
}
