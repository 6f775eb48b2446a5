using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --output: <c>type=TYPE,key=value,…</c>, a bare path (local), or <c>-</c> (tar on stdout).</summary>
internal static class OutputArgument
{
    public static RequestedOutput Parse(string text, Surroundings around)
    {
        if (text.Length == 0)
            throw new UsageException("--output needs a value");
        if (!text.Contains('=', StringComparison.Ordinal) && !text.Contains(',', StringComparison.Ordinal))
            return text == "-" ? RootFsTar(OutputFields.Of(("dest", "-")), around) : Local(OutputFields.Of(("dest", text)), around);
        var fields = OutputFields.Parse(text);
        var type = fields.Take("type") ?? throw new UsageException("type is required for output", "write --output type=oci,dest=FILE");
        var output = type switch
        {
            "oci" => Oci(fields, around),
            "docker" => Docker(fields, around),
            "local" => Local(fields, around),
            "tar" => RootFsTar(fields, around),
            "image" => Image(fields, push: false),
            "registry" => Image(fields, push: true),
            "cacheonly" => new RequestedOutput(new ImageOutput.CacheOnly()),
            _ => throw new UsageException($"exporter \"{type}\" could not be found", "oci, docker, local, tar, image, registry or cacheonly"),
        };
        fields.RefuseRest(type);
        return output;
    }

    /// <summary>What --load means.</summary>
    public static RequestedOutput IntoEngine(Surroundings around)
    {
        var load = EngineLoad.Find(around);
        return new(new ImageOutput.DockerArchive(new OutputTarget.Stream(load)), "loaded into " + load.Engine, load);
    }

    private static RequestedOutput Oci(OutputFields fields, Surroundings around)
    {
        var isDirectory = fields.TakeBoolean("tar") == false;
        var names = fields.TakeNames();
        var format = fields.TakeImageFormat();
        if (!isDirectory)
            return ToTarget("oci", fields, around, target => new ImageOutput.OciLayout(target) { Names = names, Format = format });
        var path = fields.Take("dest") ?? throw new UsageException("dest is required for an oci directory");
        if (path == "-")
            throw new UsageException("dest cannot be stdout for an oci directory");
        var layout = new ImageOutput.OciLayout(new OutputTarget.Path(around.Absolute(path))) { IsDirectory = true, Names = names, Format = format };
        return new(layout, "OCI layout in " + path);
    }

    private static RequestedOutput Docker(OutputFields fields, Surroundings around)
    {
        if (fields.TakeBoolean("tar") == false)
            throw new UsageException("type=docker is always a tar", "use type=oci,tar=false for a directory");
        var names = fields.TakeNames();
        var format = fields.TakeImageFormat();
        if (fields.Has("dest"))
            return ToTarget("docker", fields, around, target => new ImageOutput.DockerArchive(target) { Names = names, Format = format });
        var load = IntoEngine(around);
        return load with { Output = load.Output with { Names = names, Format = format } };
    }

    private static RequestedOutput Local(OutputFields fields, Surroundings around) => fields.Take("dest") switch
    {
        null or "" => throw new UsageException("dest is required for local exporter"),
        "-" => throw new UsageException("dest cannot be stdout for local exporter"),
        var path => new(new ImageOutput.LocalDirectory(around.Absolute(path)), "files in " + path),
    };

    private static RequestedOutput RootFsTar(OutputFields fields, Surroundings around) =>
        ToTarget("tar", fields, around, target => new ImageOutput.Tar(target));

    private static RequestedOutput Image(OutputFields fields, bool push)
    {
        var names = fields.TakeNames();
        var format = fields.TakeImageFormat();
        push = fields.TakeBoolean("push") ?? push;
        return push
            ? new(new ImageOutput.Registry { Names = names, Format = format }, "pushed")
            : new(new ImageOutput.Store { Names = names, Format = format });
    }

    private static RequestedOutput ToTarget(string type, OutputFields fields, Surroundings around, Func<OutputTarget, ImageOutput> make)
    {
        var path = fields.Take("dest") ?? "-";
        if (path == "-")
        {
            if (around.OutputIsTerminal)
                throw new UsageException($"dest file is required for {type} exporter. refusing to write to console");
            return new(make(new OutputTarget.Stream(around.OpenOutput()))) { UsesStandardOutput = true };
        }
        var absolute = around.Absolute(path);
        if (Directory.Exists(absolute))
            throw new UsageException($"destination file {path} is a directory");
        if (!Directory.Exists(Path.GetDirectoryName(absolute)))
            throw new BuildException(BuildFailure.Output, $"failed to open {path}: no such directory");
        return new(make(new OutputTarget.Path(absolute)), "written to " + path);
    }
}
