using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --build-context: <c>name=DIRECTORY</c>, <c>name=REPOSITORY</c>, <c>name=URL</c>, <c>name=docker-image://REF</c>, <c>name=oci-layout://PATH[:TAG][@DIGEST]</c>.</summary>
internal static class NamedContextArgument
{
    private const string ImageScheme = "docker-image://";
    private const string LayoutScheme = "oci-layout://";

    public static (string Name, NamedContext Context) Parse(string text, Surroundings around)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value])
            throw new UsageException($"invalid context value: {text}, expected key=value");
        if (value.StartsWith(ImageScheme, StringComparison.Ordinal))
            return (name, new NamedContext.Image(Names.Parse(value[ImageScheme.Length..], "build context")));
        if (value.StartsWith(LayoutScheme, StringComparison.Ordinal))
            return (name, Layout(value[LayoutScheme.Length..], around));
        if (value.StartsWith("target:", StringComparison.Ordinal))
            throw new UsageException($"the build context `{value}` is of bake, and has no meaning here", "use a directory, a repository, a URL, docker-image:// or oci-layout://");
        var path = around.Absolute(value);
        if (!Directory.Exists(path) && ContextArgument.IsRemote(value))
            return (name, new NamedContext.Remote(value));
        return Directory.Exists(path)
            ? (name, new NamedContext.Directory(path))
            : throw new UsageException($"failed to get build context {name}: the directory `{value}` is not there");
    }

    private static NamedContext.Layout Layout(string text, Surroundings around)
    {
        Digest? digest = null;
        if (text.LastIndexOf('@') is >= 0 and var at)
        {
            if (!Digest.TryParse(text[(at + 1)..], out digest))
                throw new UsageException($"invalid digest in `{LayoutScheme}{text}`");
            text = text[..at];
        }
        string? tag = null;
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf('/') && colon >= 0)
            (text, tag) = (text[..colon], text[(colon + 1)..]);
        if (text.Length == 0)
            throw new UsageException($"`{LayoutScheme}` needs a path");
        var path = around.Absolute(text);
        return Path.Exists(path)
            ? new NamedContext.Layout(path, tag is "" ? null : tag, digest)
            : throw new UsageException($"the OCI layout `{text}` is not there");
    }
}
