namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>The system and the processor that a <c>--platform</c> means.</summary>
internal static class PlatformWords
{
    private static readonly string[] Systems =
    [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
        "openbsd", "plan9", "solaris", "windows", "zos",
    ];

    /// <summary>Null where the text is no platform.</summary>
    public static (string Os, string Architecture)? Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split('/');
        if (parts.Length is 0 or > 3 || !Array.TrueForAll(parts, IsPart))
            return null;
        var os = WithoutVersion(parts[0]);
        if (parts.Length > 1)
            return (os == "macos" ? "darwin" : os, Architecture(parts[1]));
        if (os == "macos" || Systems.Contains(os))
            return (os == "macos" ? "darwin" : os, "amd64");
        return ("linux", Architecture(os));
    }

    private static bool IsPart(string text)
    {
        foreach (var character in text)
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-' or '.' or '(' or ')'))
                return false;
        return text.Length > 0;
    }

    private static string WithoutVersion(string os) => os.IndexOf('(', StringComparison.Ordinal) is > 0 and var at ? os[..at] : os;

    private static string Architecture(string text) => text switch
    {
        "i386" => "386",
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" or "armel" => "arm",
        _ => text,
    };
}
