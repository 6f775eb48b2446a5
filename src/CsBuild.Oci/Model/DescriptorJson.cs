namespace CsBuild.Oci.Model;

/// <summary>Descriptors and the platforms in them as JSON.</summary>
internal static class DescriptorJson
{
    public static Descriptor? Read(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        string? mediaType = null, artifactType = null;
        Digest? digest = null;
        long size = 0;
        IReadOnlyList<string>? urls = null;
        SortedDictionary<string, string>? annotations = null;
        Platform? platform = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "mediaType": mediaType = input.Text(); break;
                case "digest": digest = input.Digest(); break;
                case "size": size = input.Number(); break;
                case "urls": urls = input.Texts(); break;
                case "annotations": annotations = input.Map(); break;
                case "platform": platform = ReadPlatform(ref input); break;
                case "artifactType": artifactType = input.Text(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        members.Require("mediaType", "digest", "size");
        return new Descriptor
        {
            MediaType = mediaType!,
            Digest = digest!,
            Size = size,
            Urls = urls,
            Annotations = annotations,
            Platform = platform,
            ArtifactType = artifactType,
            Unknown = members.Unknown,
        };
    }

    public static IReadOnlyList<Descriptor>? ReadList(ref JsonInput input)
    {
        if (!input.Array())
            return null;
        var list = new List<Descriptor>();
        while (input.NextItem())
            list.Add(Read(ref input)!);
        return list;
    }

    public static void Write(JsonOutput output, string name, Descriptor? descriptor)
    {
        if (descriptor is null)
            return;
        output.Name(name);
        Write(output, descriptor);
    }

    public static void WriteList(JsonOutput output, string name, IReadOnlyList<Descriptor>? list)
    {
        if (list is null)
            return;
        output.Name(name);
        output.StartArray();
        foreach (var descriptor in list)
            Write(output, descriptor);
        output.EndArray();
    }

    public static void Write(JsonOutput output, Descriptor? descriptor)
    {
        if (descriptor is null)
        {
            output.Text(null);
            return;
        }
        output.StartObject();
        output.Text("mediaType", descriptor.MediaType);
        output.Text("digest", descriptor.Digest?.ToString());
        output.Number("size", descriptor.Size);
        output.Texts("urls", descriptor.Urls);
        output.Map("annotations", descriptor.Annotations);
        WritePlatform(output, descriptor.Platform);
        output.Text("artifactType", descriptor.ArtifactType);
        output.Unknown(descriptor.Unknown);
        output.EndObject();
    }

    private static Platform? ReadPlatform(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        string? os = null, architecture = null, version = null, variant = null;
        IReadOnlyList<string>? features = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "os": os = input.Text(); break;
                case "architecture": architecture = input.Text(); break;
                case "os.version": version = input.Text(); break;
                case "os.features": features = input.Texts(); break;
                case "variant": variant = input.Text(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        members.Require("os", "architecture");
        return new Platform
        {
            Os = os!,
            Architecture = architecture!,
            OsVersion = version,
            OsFeatures = features,
            Variant = variant,
            Unknown = members.Unknown,
        };
    }

    private static void WritePlatform(JsonOutput output, Platform? platform)
    {
        if (platform is null)
            return;
        output.Name("platform");
        output.StartObject();
        output.Text("architecture", platform.Architecture);
        output.Text("os", platform.Os);
        output.Text("os.version", platform.OsVersion);
        output.Texts("os.features", platform.OsFeatures);
        output.Text("variant", platform.Variant);
        output.Unknown(platform.Unknown);
        output.EndObject();
    }
}
