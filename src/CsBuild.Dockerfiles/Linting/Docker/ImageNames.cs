namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Whether a text could name an image, by the grammar of Docker's references: <c>[domain/]path[:tag][@digest]</c>.</summary>
internal static class ImageNames
{
    private const int MaxName = 255;
    private const int MaxTag = 128;

    public static bool IsValid(string text)
    {
        // What looks like an image's ID is never a name.
        if (text.Length == 64 && text.All(char.IsAsciiHexDigitLower))
            return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !IsDigest(text.AsSpan(at + 1)))
            return false;
        var name = at >= 0 ? text[..at] : text;
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
        {
            if (!IsTag(name.AsSpan(colon + 1)))
                return false;
            name = name[..colon];
        }
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var hasDomain = slash > 0 && IsDomainLike(name[..slash]);
        if (hasDomain && !IsDomain(name[..slash]))
            return false;
        return name.Length <= MaxName && IsPath(hasDomain ? name[(slash + 1)..] : name);
    }

    // The first part names a registry where nothing else can look like it.
    private static bool IsDomainLike(string part) =>
        part == "localhost" || part.AsSpan().IndexOfAny('.', ':') >= 0 || part.Any(char.IsAsciiLetterUpper);

    private static bool IsDomain(string domain)
    {
        var colon = domain.LastIndexOf(':');
        var host = domain;
        if (colon >= 0 && !domain.EndsWith(']'))
        {
            if (colon == domain.Length - 1 || !domain.AsSpan(colon + 1).ContainsOnlyDigits())
                return false;
            host = domain[..colon];
        }
        if (host.StartsWith('[') && host.EndsWith(']'))
            return host.Length > 2 && host[1..^1].All(c => char.IsAsciiHexDigit(c) || c == ':');
        return host.Split('.').All(p => p.Length > 0 && p[0] != '-' && p[^1] != '-' && p.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }

    private static bool IsPath(string path) => path.Split('/').All(IsComponent);

    // Letters and digits, with one dot, one or two underscores, or any dashes between.
    private static bool IsComponent(string part)
    {
        if (part.Length == 0 || !IsAlphanumeric(part[0]) || !IsAlphanumeric(part[^1]))
            return false;
        for (var i = 0; i < part.Length; i++)
        {
            if (IsAlphanumeric(part[i]))
                continue;
            var start = i;
            while (!IsAlphanumeric(part[i]))
                i++;
            var separator = part.AsSpan(start..i);
            if (separator is not ("." or "_" or "__") && separator.IndexOfAnyExcept('-') >= 0)
                return false;
        }
        return true;
    }

    private static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.Length is 0 or > MaxTag || tag[0] is '.' or '-')
            return false;
        foreach (var c in tag)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        return true;
    }

    private static bool IsDigest(ReadOnlySpan<char> digest)
    {
        var colon = digest.IndexOf(':');
        if (colon <= 0 || digest.Length - colon - 1 < 32 || !char.IsAsciiLetter(digest[0]))
            return false;
        foreach (var c in digest[(colon + 1)..])
            if (!char.IsAsciiHexDigit(c))
                return false;
        return true;
    }

    private static bool IsAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
