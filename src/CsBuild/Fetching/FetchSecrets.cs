using System.Text;

namespace CsBuild.Fetching;

/// <summary>The caller's secrets by id, for those who fetch; values never reach a message, an argument or a file.</summary>
/// <param name="read">The bytes under an id, or null.</param>
internal sealed class FetchSecrets(Func<string, ReadOnlyMemory<byte>?> read)
{
    /// <summary>The text of a secret without the line end that files have; null where there is none.</summary>
    /// <exception cref="FetchException">It has control characters inside, which would be more headers.</exception>
    public string? Find(string id)
    {
        if (read(id) is not { } bytes)
            return null;
        var text = Encoding.UTF8.GetString(bytes.Span).TrimEnd('\r', '\n');
        return AddressText.HasControl(text) ? throw new FetchException($"the secret {id} has control characters, which no header can have") : text;
    }

    /// <summary>Credentials go over encrypted connections, and to this machine itself.</summary>
    /// <exception cref="FetchException">They would go over another.</exception>
    public static void CheckIsSafe(string scheme, string host, string what)
    {
        if (scheme is "http" or "git" && !Oci.Registry.HostRules.IsLoopback(host))
            throw new FetchException($"{what} is not sent to {host} without encryption", "use https");
    }
}
