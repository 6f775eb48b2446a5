using System.Diagnostics.CodeAnalysis;

namespace CsBuild.Oci.Model;

/// <summary>
/// The full name of an image: registry, repository, and a tag or a digest or both. The short forms that people type
/// are completed as Docker does: <c>app</c> is <c>docker.io/library/app:latest</c>.
/// </summary>
/// <remarks>The grammar is that of the distribution project's reference package. At most 255 characters.</remarks>
public sealed record ImageReference
{
    /// <summary>The registry that a name without one means.</summary>
    public const string DefaultRegistry = "docker.io";

    private ImageReference(string registry, string repository, string? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and port, for example <c>docker.io</c> or <c>127.0.0.1:5000</c>.</summary>
    public string Registry { get; }

    /// <summary>For example <c>library/debian</c>.</summary>
    public string Repository { get; }

    /// <summary>Null only where there is a digest.</summary>
    public string? Tag { get; }

    /// <summary>Wins over the tag where both are there.</summary>
    public Digest? Digest { get; }

    /// <summary>Registry and repository.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The short form, as people type it: without <c>docker.io/</c> and <c>library/</c>.</summary>
    public string Familiar
    {
        get
        {
            var name = Registry != DefaultRegistry ? Name
                : Repository.StartsWith("library/", StringComparison.Ordinal) ? Repository["library/".Length..] : Repository;
            return name + Suffix;
        }
    }

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Parses a name; see <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text names no image; the message says why.</exception>
    public static ImageReference Parse(string text)
    {
        if (TryParse(text, out var reference))
            return reference;
        throw new FormatException(text.Any(char.IsAsciiLetterUpper) && TryParse(text.ToLowerInvariant(), out _)
            ? $"invalid reference `{text}`: repository name must be lowercase"
            : $"invalid reference `{text}`");
    }

    /// <summary>Parses a full or short name. Without tag and digest the tag is <c>latest</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        if (text is null || text.Length > 512)
            return false;
        Digest? digest = null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !Model.Digest.TryParse(text[(at + 1)..], out digest))
            return false;
        var name = at < 0 ? text : text[..at];
        var colon = name.LastIndexOf(':');
        var tag = colon > name.LastIndexOf('/') && colon > name.LastIndexOf(']') ? name[(colon + 1)..] : null;
        if (tag is not null && !ImageNameRules.IsTag(tag))
            return false;
        var (registry, repository) = Split(tag is null ? name : name[..colon]);
        if (!ImageNameRules.IsRepository(repository) || !ImageNameRules.IsRegistry(registry))
            return false;
        reference = new ImageReference(registry, repository, tag ?? (digest is null ? "latest" : null), digest);
        return true;
    }

    /// <summary>The same repository by this digest alone.</summary>
    public ImageReference WithDigest(Digest digest) => new(Registry, Repository, null, digest);

    /// <inheritdoc/>
    public override string ToString() => Name + Suffix;

    private static (string Registry, string Repository) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        if (slash < 0 || !(first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" || first.Any(char.IsAsciiLetterUpper)))
            return (DefaultRegistry, slash < 0 ? "library/" + name : name);
        var rest = name[(slash + 1)..];
        if (first is "index.docker.io" or "registry-1.docker.io" or DefaultRegistry)
            return (DefaultRegistry, rest.Contains('/', StringComparison.Ordinal) ? rest : "library/" + rest);
        return (first, rest);
    }
}
