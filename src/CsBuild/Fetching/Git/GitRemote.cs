using System.Text.RegularExpressions;

namespace CsBuild.Fetching.Git;

/// <summary>
/// Where a repository is: a URL of one of four schemes, or <c>user@host:path</c>. A value of this type can be handed to
/// git: nothing in it can be read as an option, and no secret is in it.
/// </summary>
public sealed partial record GitRemote
{
    private GitRemote(string scheme, string host, string address, string? credential)
    {
        Scheme = scheme;
        Host = host;
        Address = address;
        Credential = credential;
    }

    /// <summary><c>https</c>, <c>http</c>, <c>ssh</c> or <c>git</c>.</summary>
    public string Scheme { get; }

    /// <summary>The host, with the port where one is given.</summary>
    public string Host { get; }

    /// <summary>What git gets: without password, query and fragment.</summary>
    public string Address { get; }

    /// <summary><c>user:password</c> of an http or https URL; never shown and never an argument of a program.</summary>
    internal string? Credential { get; }

    /// <summary>Reads a remote without query and fragment.</summary>
    /// <returns>Null where the text is none of the forms.</returns>
    /// <exception cref="FormatException">It is one, and not safe to use.</exception>
    public static GitRemote? TryParse(string text)
    {
        if (SchemeForm().Match(text) is { Success: true } scheme)
            return scheme.Groups[1].Value.ToLowerInvariant() is "http" or "https" or "ssh" or "git" ? Url(text) : null;
        if (SecureCopyForm().Match(text) is not { Success: true } copy)
            return null;
        CheckText(text);
        var (user, host, path) = (copy.Groups[1].Value, copy.Groups[2].Value, copy.Groups[3].Value);
        if (IsOption(user) || IsOption(host) || IsOption(path) || path.Length == 0)
            throw new FormatException($"invalid git remote `{text}`: a part of it begins with a dash or is empty");
        return new GitRemote("ssh", host, text, null);
    }

    /// <summary>The same host by the same scheme: what a credential belongs to.</summary>
    public bool IsSameOrigin(GitRemote other) => Scheme == other.Scheme && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a <c>url</c> of <c>.gitmodules</c> means in a repository that came from here; it may begin with <c>./</c> or <c>../</c>.</summary>
    /// <exception cref="FormatException">It is no remote, or leads above the host.</exception>
    internal GitRemote Submodule(string url)
    {
        if (url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal))
            url = Relative(url);
        var remote = TryParse(url) ?? throw new FormatException($"the submodule's URL `{url}` is none of https, ssh, http or git");
        // What is fetched over a safe connection does not lead to an unsafe one.
        return remote.Scheme is "https" or "ssh" || remote.Scheme == Scheme
            ? remote
            : throw new FormatException($"the submodule's URL `{url}` is not encrypted, and that of its repository is");
    }

    private string Relative(string url)
    {
        var text = Address.TrimEnd('/');
        while (true)
        {
            if (url.StartsWith("./", StringComparison.Ordinal))
                url = url[2..];
            else if (url.StartsWith("../", StringComparison.Ordinal))
            {
                url = url[3..];
                var cut = text.LastIndexOfAny(['/', ':']);
                var start = text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? text.IndexOf('/', scheme + 3) : text.IndexOf(':', StringComparison.Ordinal);
                if (cut < start || cut < 0 || start < 0)
                    throw new FormatException("a submodule's relative URL leads above the host");
                text = text[cut] == ':' ? text[..(cut + 1)] : text[..cut];
            }
            else
                return text.EndsWith(':') ? text + url : text + "/" + url;
        }
    }

    private static GitRemote Url(string text)
    {
        CheckText(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.IdnHost.Length == 0)
            throw new FormatException($"invalid git remote `{AddressText.Redact(text)}`");
        var user = uri.UserInfo;
        var isHttp = uri.Scheme is "http" or "https";
        var name = user.Split(':')[0];
        if (IsOption(uri.IdnHost) || IsOption(AddressText.Unescape(name) ?? "-") || uri.AbsolutePath.StartsWith("/-", StringComparison.Ordinal))
            throw new FormatException($"invalid git remote `{AddressText.Redact(text)}`: a part of it begins with a dash");
        var host = uri.IsDefaultPort || uri.Port < 0 ? uri.IdnHost : FormattableString.Invariant($"{uri.IdnHost}:{uri.Port}");
        if (uri.HostNameType == UriHostNameType.IPv6 && !host.StartsWith('['))
            host = uri.Authority[(uri.Authority.LastIndexOf('@') + 1)..];
        var address = $"{uri.Scheme}://{(isHttp || name.Length == 0 ? "" : name + "@")}{host}{uri.AbsolutePath}";
        return new GitRemote(uri.Scheme, host, address, isHttp && user.Length > 0 ? AddressText.Unescape(user) : null);
    }

    private static void CheckText(string text)
    {
        if (AddressText.HasControl(text) || text.Contains(' ', StringComparison.Ordinal) || AddressText.HasControl(AddressText.Unescape(text) ?? ""))
            throw new FormatException("a git remote with blanks or control characters is refused");
    }

    private static bool IsOption(string text) => text.StartsWith('-');

    /// <inheritdoc/>
    public override string ToString() => Address;

    [GeneratedRegex("^([a-zA-Z0-9]+)://", RegexOptions.CultureInvariant)]
    private static partial Regex SchemeForm();

    [GeneratedRegex(@"^([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):(.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex SecureCopyForm();
}
