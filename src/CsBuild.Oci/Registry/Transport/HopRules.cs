namespace CsBuild.Oci.Registry;

/// <summary>Where a registry may send us, by a redirect or by the location of an upload.</summary>
public static class HopRules
{
    /// <summary>Where <paramref name="location"/> leads from <paramref name="from"/>, if the rules allow it.</summary>
    /// <param name="from">Who sends us.</param>
    /// <param name="location">Where to, perhaps relative.</param>
    /// <param name="origin">Whom we asked first.</param>
    /// <exception cref="RedirectRefusedException">The rules do not allow it.</exception>
    public static Uri Follow(Uri from, Uri location, Uri origin)
    {
        if (!Uri.TryCreate(from, location, out var target))
            throw new RedirectRefusedException($"`{HostRules.Plain(from.IdnHost)}` leads to something that is no address");
        Check(from, target, origin);
        return target;
    }

    // Never from HTTPS to HTTP, never with a user name, never to an internal address from a registry that is not at one.
    private static void Check(Uri from, Uri target, Uri origin)
    {
        if (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || from.Scheme == Uri.UriSchemeHttps))
            throw new RedirectRefusedException($"`{HostRules.Plain(from.IdnHost)}` leads from {from.Scheme} to {RemoteText.Clean(target.Scheme, 20)}, which is not followed");
        if (target.UserInfo.Length > 0)
            throw new RedirectRefusedException($"`{HostRules.Plain(from.IdnHost)}` leads to an address with a user name in it, which is not followed");
        var elsewhere = !string.Equals(target.IdnHost, origin.IdnHost, StringComparison.OrdinalIgnoreCase);
        if (elsewhere && HostRules.IsInternal(target.IdnHost) && !HostRules.IsInternal(origin.IdnHost))
            throw new RedirectRefusedException($"`{HostRules.Plain(from.IdnHost)}` leads to the internal address `{RemoteText.Clean(target.IdnHost, 80)}`, which is not followed");
    }
}

/// <summary>A way that our rules do not allow.</summary>
public sealed class RedirectRefusedException(string message) : Exception(message);
