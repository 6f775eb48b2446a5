using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>The values of --cache-from and --cache-to: <c>type=TYPE,key=value,…</c>, or a name of an image alone.</summary>
internal static class CacheArgument
{
    private const string Types = "registry or local";

    public static CacheSource From(string text, Surroundings around)
    {
        var fields = Fields(text);
        var type = fields.Take("type") ?? "registry";
        CacheSource source = type switch
        {
            "registry" => new CacheSource.Registry(Names.Parse(Needed(fields, "ref", "registry"), "name")),
            "local" => Local(fields, around),
            _ => throw Unknown(type, Types),
        };
        fields.RefuseRest(type, "--cache-from");
        return source;
    }

    public static CacheDestination To(string text, Surroundings around)
    {
        var fields = Fields(text);
        var type = fields.Take("type") ?? "registry";
        CacheDestination destination = type switch
        {
            "registry" => new CacheDestination.Registry(Names.ParseTag(Needed(fields, "ref", "registry"))),
            "local" => new CacheDestination.Directory(around.Absolute(Needed(fields, "dest", type)), fields.Take("tag") ?? "latest") { Reset = fields.TakeBoolean("reset") ?? false },
            "inline" => new CacheDestination.Inline(),
            _ => throw Unknown(type, Types + ", or inline"),
        };
        if (destination is not CacheDestination.Inline)
            destination = Common(destination, fields);
        else if (fields.Take("mode") is { } mode and not "min")
            throw new UsageException($"mode={mode} is not possible inside an image", "mode=max needs type=registry or type=local");
        fields.RefuseRest(type, "--cache-to");
        return destination;
    }

    private static CacheDestination Common(CacheDestination destination, OutputFields fields)
    {
        // What others let one choose and is always so here.
        if (fields.TakeBoolean("image-manifest") == false || fields.TakeBoolean("oci-mediatypes") == false)
            throw new UsageException("a cache is always an OCI image manifest", "leave out image-manifest=false and oci-mediatypes=false");
        return destination with
        {
            AllSteps = fields.Take("mode") switch
            {
                null or "min" => false,
                "max" => true,
                var other => throw new UsageException($"invalid cache mode `{other}`", "min or max"),
            },
            WithMounts = fields.TakeBoolean("mounts") ?? false,
            IgnoreErrors = fields.TakeBoolean("ignore-error") ?? false,
            Format = fields.TakeFormat(),
        };
    }

    private static CacheSource.Directory Local(OutputFields fields, Surroundings around)
    {
        var path = around.Absolute(Needed(fields, "src", "local"));
        var digest = fields.Take("digest") is { } text ? Digest.TryParse(text, out var parsed) ? parsed : throw new UsageException($"invalid digest `{text}`") : null;
        return new CacheSource.Directory(path, fields.Take("tag"), digest);
    }

    // As in buildx, a value without a key is the name of an image.
    private static OutputFields Fields(string text) => text.Length == 0 ? throw new UsageException("a cache needs a value")
        : text.Contains('=', StringComparison.Ordinal) ? OutputFields.Parse(text)
        : OutputFields.Of(("ref", text));

    private static string Needed(OutputFields fields, string key, string type) =>
        fields.Take(key) is { Length: > 0 } value ? value : throw new UsageException($"{key} is needed for a cache of type={type}");

    private static UsageException Unknown(string type, string known) => type is "gha" or "s3" or "azblob"
        ? new($"a cache of type={type} is not supported yet", known)
        : new($"unknown cache type `{type}`", known);
}
