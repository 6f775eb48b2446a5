namespace CsBuild.Oci.Model;

/// <summary>Image configs as JSON.</summary>
internal static class ImageConfigJson
{
    public static ImageConfig? Read(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        string? architecture = null, author = null, created = null, os = null, version = null, variant = null;
        ContainerConfig? config = null;
        IReadOnlyList<HistoryEntry>? history = null;
        IReadOnlyList<string>? features = null;
        RootFs? rootFs = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "architecture": architecture = input.Text(); break;
                case "author": author = input.Text(); break;
                case "config": config = ContainerConfigJson.Read(ref input); break;
                case "created": created = input.Text(); break;
                case "history": history = ReadHistory(ref input); break;
                case "os": os = input.Text(); break;
                case "os.features": features = input.Texts(); break;
                case "os.version": version = input.Text(); break;
                case "rootfs": rootFs = ReadRootFs(ref input); break;
                case "variant": variant = input.Text(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        return new ImageConfig
        {
            Architecture = architecture!,
            Author = author,
            Config = config!,
            Created = created,
            History = history,
            Os = os!,
            OsFeatures = features,
            OsVersion = version,
            RootFs = rootFs!,
            Variant = variant,
            Unknown = members.Unknown,
        };
    }

    public static void Write(JsonOutput output, ImageConfig config)
    {
        output.StartObject();
        output.Text("architecture", config.Architecture);
        output.Text("author", config.Author);
        output.Name("config");
        ContainerConfigJson.Write(output, config.Config);
        output.Text("created", config.Created);
        WriteHistory(output, config.History);
        output.Text("os", config.Os);
        output.Texts("os.features", config.OsFeatures);
        output.Text("os.version", config.OsVersion);
        WriteRootFs(output, config.RootFs);
        output.Text("variant", config.Variant);
        output.Unknown(config.Unknown);
        output.EndObject();
    }

    private static RootFs? ReadRootFs(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        string? type = null;
        List<DiffId>? diffIds = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "type": type = input.Text(); break;
                case "diff_ids":
                    diffIds = input.Array() ? [] : null;
                    while (diffIds is not null && input.NextItem())
                        diffIds.Add(input.Digest() is { } digest ? new DiffId(digest) : null!);
                    break;
                default: input.Skip(); break;
            }
        }
        return new RootFs { Type = type!, DiffIds = diffIds! };
    }

    private static void WriteRootFs(JsonOutput output, RootFs rootFs)
    {
        output.Name("rootfs");
        output.StartObject();
        output.Text("type", rootFs.Type);
        output.Name("diff_ids");
        output.StartArray();
        foreach (var diffId in rootFs.DiffIds)
            output.Text(diffId?.ToString());
        output.EndArray();
        output.EndObject();
    }

    private static List<HistoryEntry>? ReadHistory(ref JsonInput input)
    {
        if (!input.Array())
            return null;
        var history = new List<HistoryEntry>();
        while (input.NextItem())
            history.Add(ReadEntry(ref input)!);
        return history;
    }

    private static HistoryEntry? ReadEntry(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        string? created = null, createdBy = null, author = null, comment = null;
        var emptyLayer = false;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "created": created = input.Text(); break;
                case "created_by": createdBy = input.Text(); break;
                case "author": author = input.Text(); break;
                case "comment": comment = input.Text(); break;
                case "empty_layer": emptyLayer = input.Boolean(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        return new HistoryEntry
        {
            Created = created,
            CreatedBy = createdBy,
            Author = author,
            Comment = comment,
            EmptyLayer = emptyLayer,
            Unknown = members.Unknown,
        };
    }

    private static void WriteHistory(JsonOutput output, IReadOnlyList<HistoryEntry>? history)
    {
        if (history is null)
            return;
        output.Name("history");
        output.StartArray();
        foreach (var entry in history)
            WriteEntry(output, entry);
        output.EndArray();
    }

    private static void WriteEntry(JsonOutput output, HistoryEntry? entry)
    {
        if (entry is null)
        {
            output.Text(null);
            return;
        }
        output.StartObject();
        output.Text("created", entry.Created);
        output.Text("created_by", entry.CreatedBy);
        output.Text("author", entry.Author);
        output.Text("comment", entry.Comment);
        output.True("empty_layer", entry.EmptyLayer);
        output.Unknown(entry.Unknown);
        output.EndObject();
    }
}
