using System.Diagnostics.CodeAnalysis;

namespace CsBuild.Fetching.Git;

/// <summary>A tree of a repository: <c>REMOTE[#REF[:SUBDIR]]</c>, or the same said by a query.</summary>
public sealed record GitSource : RemoteSource
{
    private GitSource(GitRemote remote) => Remote = remote;

    /// <summary>Where the repository is.</summary>
    public GitRemote Remote { get; private init; }

    /// <summary>A branch, tag, <c>refs/…</c> or whole commit id; empty for the default branch.</summary>
    public string Ref { get; private init; } = "";

    /// <summary>The directory in the repository that counts, cleaned, without slashes at the ends; empty for all of it.</summary>
    public string Subdirectory { get; private init; } = "";

    /// <summary>The commit (or the tag object) must begin with these hexadecimal digits; empty for any.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>What the query says of <c>keep-git-dir</c>; null for nothing.</summary>
    public bool? KeepGitDirectory { get; init; }

    /// <summary>False: submodules stay empty directories.</summary>
    public bool Submodules { get; private init; } = true;

    /// <summary>The checksum is a whole commit id and is fetched as it is, without asking what the ref means now.</summary>
    public bool FetchByCommit { get; private init; }

    /// <summary>True for the length and the digits of a whole object id.</summary>
    internal static bool IsObjectId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads one; false where the text is no repository.</summary>
    /// <exception cref="FormatException">It is one, with a query or a ref that cannot be.</exception>
    public static bool TryParse(string text, bool isContext, [NotNullWhen(true)] out GitSource? source)
    {
        source = null;
        var rest = text;
        if (rest.StartsWith("./", StringComparison.Ordinal) || rest.StartsWith("../", StringComparison.Ordinal))
            return false;
        if (rest.StartsWith("github.com/", StringComparison.Ordinal))
        {
            if (!isContext)
                return false;
            rest = "https://" + rest;
        }
        var fragment = Cut(ref rest, '#');
        var query = Cut(ref rest, '?');
        if (IsPlainUrl(rest) && !text.StartsWith("github.com/", StringComparison.Ordinal))
            return false;
        if (GitRemote.TryParse(rest) is not { } remote)
            return false;
        source = GitQuery.Apply(new GitSource(remote).At(fragment), query);
        GitRefs.Check(source.Ref);
        return true;
    }

    /// <summary>The same with another ref.</summary>
    internal GitSource WithRef(string name) => this with { Ref = name };

    /// <summary>The same with another directory.</summary>
    internal GitSource WithSubdirectory(string path) => this with { Subdirectory = GitRefs.CleanPath(path) };

    internal GitSource WithSubmodules(bool on) => this with { Submodules = on };

    internal GitSource WithFetchByCommit(bool on) => this with { FetchByCommit = on };

    /// <inheritdoc/>
    public override string ToString() =>
        Remote.Address + (Ref.Length + Subdirectory.Length == 0 ? "" : "#" + Ref + (Subdirectory.Length == 0 ? "" : ":" + Subdirectory));

    private GitSource At(string? fragment)
    {
        if (string.IsNullOrEmpty(fragment))
            return this;
        var text = AddressText.Unescape(fragment) ?? throw new FormatException("the part after # has a broken escape");
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return this with { Ref = colon < 0 ? text : text[..colon], Subdirectory = colon < 0 ? "" : GitRefs.CleanPath(text[(colon + 1)..]) };
    }

    // A web address is a repository only where it says so.
    private static bool IsPlainUrl(string text) =>
        (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        && !text.EndsWith(".git", StringComparison.Ordinal);

    private static string? Cut(ref string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        if (index < 0)
            return null;
        var rest = text[(index + 1)..];
        text = text[..index];
        return rest;
    }
}
