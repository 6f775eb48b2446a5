using System.Text;

namespace CsBuild.Fetching.Git;

/// <summary>
/// How git may reach one remote. Credentials go by the environment of the child, which only the same user can see; they
/// are never arguments and never in a file.
/// </summary>
/// <param name="Remote">The one remote that the credential is for.</param>
/// <param name="Authorization">The header, or null.</param>
/// <param name="AgentSocket">The socket of an ssh agent, or null.</param>
/// <param name="KnownHostsFile">Keys of ssh hosts, or null.</param>
internal sealed record GitAccess(GitRemote Remote, string? Authorization, string? AgentSocket, string? KnownHostsFile)
{
    // As with others, one token serves all of a company's repositories at this one host.
    private const string Forge = "https://github.com/";

    /// <summary>
    /// Finds credentials: the secrets <c>GIT_AUTH_HEADER.host</c> and <c>GIT_AUTH_TOKEN.host</c>; those without a host
    /// for the repository that was asked for, not for submodules elsewhere; else what stands in the URL.
    /// </summary>
    public static GitAccess For(GitRemote remote, GitRemote asked, FetchSecrets secrets, string? agentSocket, string? knownHostsFile)
    {
        var header = remote.Scheme is "http" or "https" ? Header(remote, asked, secrets) : null;
        return new GitAccess(remote, header, remote.Scheme == "ssh" ? agentSocket : null, knownHostsFile);
    }

    /// <summary>More configuration for the child.</summary>
    public IEnumerable<(string Key, string Value)> Configuration()
    {
        if (Authorization is null)
            yield break;
        var scope = Remote.Address.StartsWith(Forge, StringComparison.OrdinalIgnoreCase) ? Forge : Remote.Address;
        yield return ($"http.{scope}.extraHeader", "Authorization: " + Authorization);
        // Else git would take the header along to wherever the server sends it.
        yield return ("http.followRedirects", "false");
    }

    private static string? Header(GitRemote remote, GitRemote asked, FetchSecrets secrets)
    {
        var name = remote.Host.Split(':')[0];
        string[] suffixes = remote.IsSameOrigin(asked) ? ["." + remote.Host, "." + name, ""] : ["." + remote.Host, "." + name];
        foreach (var suffix in suffixes.Distinct(StringComparer.Ordinal))
        {
            if (secrets.Find("GIT_AUTH_HEADER" + suffix) is { } header)
                return Checked(remote, "the secret GIT_AUTH_HEADER" + suffix, header);
            if (secrets.Find("GIT_AUTH_TOKEN" + suffix) is { } token)
                return Checked(remote, "the secret GIT_AUTH_TOKEN" + suffix, Basic("x-access-token:" + token));
        }
        return remote.Credential is { } own ? Checked(remote, "the password in the URL", Basic(own)) : null;
    }

    private static string Checked(GitRemote remote, string what, string header)
    {
        FetchSecrets.CheckIsSafe(remote.Scheme, remote.Host.StartsWith('[') ? remote.Host[..(remote.Host.IndexOf(']', StringComparison.Ordinal) + 1)] : remote.Host.Split(':')[0], what);
        return header;
    }

    private static string Basic(string text) => "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
