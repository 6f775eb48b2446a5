using CsBuild.Oci.Model;

namespace CsBuild.Fetching;

/// <summary>A file by its URL.</summary>
public sealed record HttpSource : RemoteSource
{
    /// <summary>The name of a file whose URL has none, as in Docker.</summary>
    public const string Unnamed = "__unnamed__";

    /// <summary>Reads a URL.</summary>
    /// <exception cref="FormatException">It is no http or https URL, or its last name is none that a file can have.</exception>
    public HttpSource(string text)
    {
        if (AddressText.HasControl(text))
            throw new FormatException("a URL with control characters is refused");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.IdnHost.Length == 0)
            throw new FormatException($"invalid URL: {AddressText.Redact(text)}");
        Address = address;
        FileName = NameOf(address);
    }

    /// <summary>Where it is; may hold a user name and password.</summary>
    public Uri Address { get; }

    /// <summary>The last name of the URL's path, unescaped: what the file is called in a directory. Never has a slash or a control character.</summary>
    public string FileName { get; }

    /// <summary>What the bytes must hash to, or null.</summary>
    public Digest? Checksum { get; init; }

    /// <summary>The URL without what is secret in it.</summary>
    public string Shown => AddressText.Redact(Address.OriginalString);

    /// <inheritdoc/>
    public override string ToString() => Shown;

    private static string NameOf(Uri address)
    {
        var path = AddressText.Unescape(address.AbsolutePath) ?? address.AbsolutePath;
        var name = path.TrimEnd('/');
        name = name[(name.LastIndexOf('/') + 1)..];
        if (name is "" or "." or "..")
            return Unnamed;
        return AddressText.HasControl(name)
            ? throw new FormatException($"the name of the file in {AddressText.Redact(address.OriginalString)} has control characters")
            : name;
    }
}
