namespace CsBuild.Oci.Model;

/// <summary>
/// What the parts of an image's name may hold. Scanners, not patterns: a name is read in every build, and a regular
/// expression costs more to set up than all names of a build to read.
/// </summary>
internal static class ImageNameRules
{
    private const int MaxRepository = 255;
    private const int MaxTag = 128;

    /// <summary>A letter, digit or underscore, then those, dots and dashes.</summary>
    public static bool IsTag(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxTag || text[0] is '.' or '-')
            return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        return true;
    }

    /// <summary>Components with a slash between, each of lower-case letters and digits with separators inside.</summary>
    public static bool IsRepository(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxRepository)
            return false;
        foreach (var range in text.Split('/'))
            if (!IsComponent(text[range]))
                return false;
        return true;
    }

    /// <summary>A host name, an address, or an IPv6 address in brackets; and a port, if one is given.</summary>
    public static bool IsRegistry(ReadOnlySpan<char> text)
    {
        var host = text;
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            var port = text[(colon + 1)..];
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9'))
                return false;
            host = text[..colon];
        }
        if (host is ['[', .. var address, ']'])
            return !address.IsEmpty && IsAddress(address);
        foreach (var range in host.Split('.'))
            if (!IsLabel(host[range]))
                return false;
        return true;
    }

    // One dot, one or two underscores, or any number of dashes may stand between letters and digits.
    private static bool IsComponent(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (true)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterLower(text[at]) || char.IsAsciiDigit(text[at])))
                at++;
            if (at == start)
                return false;
            if (at == text.Length)
                return true;
            var separator = text[at];
            start = at;
            while (at < text.Length && text[at] == separator)
                at++;
            var isSeparator = separator switch { '.' => at - start == 1, '_' => at - start <= 2, '-' => true, _ => false };
            if (!isSeparator)
                return false;
        }
    }

    private static bool IsLabel(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] == '-' || text[^1] == '-')
            return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        return true;
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c) && c != ':')
                return false;
        return true;
    }
}
