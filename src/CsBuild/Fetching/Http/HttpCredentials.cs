using System.Text;

namespace CsBuild.Fetching.Http;

/// <summary>What is sent as <c>Authorization</c> to the host of a URL.</summary>
internal static class HttpCredentials
{
    /// <summary>Of the secrets <c>HTTP_AUTH_TOKEN_host</c> and <c>HTTP_AUTH_HEADER_host</c>, else the user name and password in the URL.</summary>
    public static string? For(Uri address, FetchSecrets secrets)
    {
        var host = address.IdnHost;
        if (secrets.Find("HTTP_AUTH_TOKEN_" + host) is { } token)
            return Checked(address, "the secret HTTP_AUTH_TOKEN_" + host, "Bearer " + token);
        if (secrets.Find("HTTP_AUTH_HEADER_" + host) is { } header)
            return Checked(address, "the secret HTTP_AUTH_HEADER_" + host, header);
        if (address.UserInfo.Length == 0)
            return null;
        var user = AddressText.Unescape(address.UserInfo) ?? address.UserInfo;
        return Checked(address, "the password in the URL", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
    }

    private static string Checked(Uri address, string what, string value)
    {
        FetchSecrets.CheckIsSafe(address.Scheme, address.IdnHost, what);
        return value;
    }
}
