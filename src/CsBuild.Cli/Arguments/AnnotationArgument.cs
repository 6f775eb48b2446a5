using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --annotation: <c>[LEVEL[,LEVEL]:]key=value</c>, a level being <c>manifest[os/arch]</c> and the like.</summary>
internal static class AnnotationArgument
{
    public static IEnumerable<Annotation> Parse(string text, Platform host)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } left, var value])
            throw new UsageException($"invalid annotation \"{text}\", expected key=value");
        var colon = left.LastIndexOf(':');
        var key = left[(colon + 1)..];
        if (key.Length == 0)
            throw new UsageException($"invalid annotation \"{text}\", expected key=value");
        var levels = colon < 0 ? "manifest" : left[..colon];
        return [.. levels.Split(',').Select(level => One(level, key, value, host))];
    }

    private static Annotation One(string text, string key, string value, Platform host)
    {
        Platform? platform = null;
        var name = text;
        if (text.IndexOf('[', StringComparison.Ordinal) is >= 0 and var open && text.EndsWith(']'))
        {
            name = text[..open];
            platform = PlatformArgument.One(text[(open + 1)..^1], host);
        }
        var level = name switch
        {
            "manifest" => AnnotationLevel.Manifest,
            "manifest-descriptor" => AnnotationLevel.ManifestDescriptor,
            "index" => AnnotationLevel.Index,
            "index-descriptor" => AnnotationLevel.IndexDescriptor,
            _ => throw new UsageException($"unknown annotation type \"{name}\"", "manifest, manifest-descriptor, index or index-descriptor"),
        };
        return platform is not null && level is AnnotationLevel.Index or AnnotationLevel.IndexDescriptor
            ? throw new UsageException($"an annotation of type {name} is of no platform")
            : new Annotation(level, key, value, platform);
    }
}
