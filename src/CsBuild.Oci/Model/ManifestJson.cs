namespace CsBuild.Oci.Model;

/// <summary>Manifests and indexes as JSON.</summary>
internal static class ManifestJson
{
    public static ImageManifest? ReadManifest(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        var (version, mediaType, artifactType) = (0, (string?)null, (string?)null);
        Descriptor? config = null, subject = null;
        IReadOnlyList<Descriptor>? layers = null;
        SortedDictionary<string, string>? annotations = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "schemaVersion": version = input.SmallNumber(); break;
                case "mediaType": mediaType = input.Text(); break;
                case "artifactType": artifactType = input.Text(); break;
                case "config": config = DescriptorJson.Read(ref input); break;
                case "layers": layers = DescriptorJson.ReadList(ref input); break;
                case "subject": subject = DescriptorJson.Read(ref input); break;
                case "annotations": annotations = input.Map(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        members.Require("config", "layers");
        return new ImageManifest
        {
            SchemaVersion = version,
            MediaType = mediaType,
            ArtifactType = artifactType,
            Config = config!,
            Layers = layers!,
            Subject = subject,
            Annotations = annotations,
            Unknown = members.Unknown,
        };
    }

    public static void Write(JsonOutput output, ImageManifest manifest)
    {
        output.StartObject();
        output.Number("schemaVersion", manifest.SchemaVersion);
        output.Text("mediaType", manifest.MediaType);
        output.Text("artifactType", manifest.ArtifactType);
        DescriptorJson.Write(output, "config", manifest.Config);
        DescriptorJson.WriteList(output, "layers", manifest.Layers);
        DescriptorJson.Write(output, "subject", manifest.Subject);
        output.Map("annotations", manifest.Annotations);
        output.Unknown(manifest.Unknown);
        output.EndObject();
    }

    public static ImageIndex? ReadIndex(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        var (version, mediaType) = (0, (string?)null);
        IReadOnlyList<Descriptor>? manifests = null;
        SortedDictionary<string, string>? annotations = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "schemaVersion": version = input.SmallNumber(); break;
                case "mediaType": mediaType = input.Text(); break;
                case "manifests": manifests = DescriptorJson.ReadList(ref input); break;
                case "annotations": annotations = input.Map(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        members.Require("manifests");
        return new ImageIndex
        {
            SchemaVersion = version,
            MediaType = mediaType,
            Manifests = manifests!,
            Annotations = annotations,
            Unknown = members.Unknown,
        };
    }

    public static void Write(JsonOutput output, ImageIndex index)
    {
        output.StartObject();
        output.Number("schemaVersion", index.SchemaVersion);
        output.Text("mediaType", index.MediaType);
        DescriptorJson.WriteList(output, "manifests", index.Manifests);
        output.Map("annotations", index.Annotations);
        output.Unknown(index.Unknown);
        output.EndObject();
    }
}
