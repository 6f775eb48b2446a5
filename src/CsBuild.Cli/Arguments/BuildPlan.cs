using CsBuild.Cli.Outside;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Arguments;

/// <summary>What the flags of a build come to: the request, and what the tool itself does afterwards.</summary>
internal sealed record BuildPlan(BuildRequest Request, IReadOnlyList<RequestedOutput> Outputs) : IDisposable
{
    /// <summary>Understands the flags. Nothing is done but looking whether files are there.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static BuildPlan Read(BuildFlags flags, Surroundings around)
    {
        var tags = Distinct(Each(flags.Tags, Names.ParseTag));
        var question = ReadQuestion(flags, around);
        var outputs = ReadOutputs(flags, around);
        if (outputs.Any(o => o.Output is ImageOutput.Registry { Names.Count: 0 }) && tags.Count == 0)
            throw new UsageException("tag is needed when pushing to registry", "give --tag NAME");
        if (outputs.Count(o => o.UsesStandardOutput) > 1)
            throw new UsageException("only one output can go to stdout");
        var request = question with
        {
            Cache = new CachePolicy { NoCache = flags.NoCache, NoCacheStages = EachOf(flags.NoCacheStages, CsvFields.Split) },
            CacheFrom = Each(flags.CacheFrom, c => CacheArgument.From(c, around)),
            CacheTo = Each(flags.CacheTo, c => CacheArgument.To(c, around)),
            Pull = Pull(flags.Pull),
            Offline = flags.Offline,
            Secrets = KeyValues.ByName(flags.Secrets, s => SecretArgument.Parse(s, around)),
            IgnoreFile = IgnoreFile(flags, question.Context, around),
            Network = Network(flags.Network),
            Run = RunArguments.Read(flags.Run, around),
            Allow = flags.Allow.Select(Entitlement).ToHashSet(StringComparer.Ordinal),
            Hosts = EachOf(flags.Hosts, HostArgument.Parse),
            Labels = KeyValues.Labels(flags.Labels),
            Annotations = EachOf(flags.Annotations, a => AnnotationArgument.Parse(a, around.Host)),
            Tags = tags,
            Outputs = [.. outputs.Select(o => o.Output)],
        };
        return new BuildPlan(request, outputs);
    }

    /// <summary>What a question about a Dockerfile depends on: where it is and what it means, not what would be made of it.</summary>
    /// <exception cref="UsageException">The flags make no sense.</exception>
    public static BuildRequest ReadQuestion(BuildFlags flags, Surroundings around)
    {
        var (context, dockerfile) = ContextArgument.Parse(flags.Context, flags.File, around);
        return new BuildRequest
        {
            Context = context,
            Dockerfile = dockerfile,
            Target = flags.Target is "" ? null : flags.Target,
            BuildArgs = KeyValues.BuildArgs(flags.BuildArgs, around),
            NamedContexts = KeyValues.ByName(flags.NamedContexts, c => NamedContextArgument.Parse(c, around)),
            Platforms = Distinct(EachOf(flags.Platforms, p => PlatformArgument.Parse(p, around.Host))),
            SshAgents = SshArgument.Parse(flags, around),
        };
    }

    public void Dispose()
    {
        foreach (var output in Outputs)
            output.Load?.Dispose();
    }

    private static List<RequestedOutput> ReadOutputs(BuildFlags flags, Surroundings around)
    {
        var outputs = flags.Outputs.Select(text => OutputArgument.Parse(text, around)).ToList();
        if (flags.Push)
            Push(outputs);
        if (flags.Load && !outputs.Any(o => o.Load is not null))
            outputs.Add(OutputArgument.IntoEngine(around));
        return outputs;
    }

    // --push turns an image output into a pushed one; where there is none it is an output of its own.
    private static void Push(List<RequestedOutput> outputs)
    {
        if (outputs.Any(o => o.Output is ImageOutput.Registry))
            return;
        var image = outputs.FindIndex(o => o.Output is ImageOutput.Store);
        var kept = image < 0 ? new ImageOutput.Store() : outputs[image].Output;
        var pushed = new RequestedOutput(new ImageOutput.Registry { Names = kept.Names, Format = kept.Format }, "pushed");
        if (image < 0)
            outputs.Add(pushed);
        else
            outputs[image] = pushed;
    }

    // Most lists of a command line are empty, and a query over nothing takes as long to set up as one over something.
    private static IReadOnlyList<T> Each<T>(IReadOnlyList<string> texts, Func<string, T> parse) =>
        texts.Count == 0 ? [] : [.. texts.Select(parse)];

    private static IReadOnlyList<T> EachOf<T>(IReadOnlyList<string> texts, Func<string, IEnumerable<T>> parse) =>
        texts.Count == 0 ? [] : [.. texts.SelectMany(parse)];

    private static IReadOnlyList<T> Distinct<T>(IReadOnlyList<T> values) => values.Count < 2 ? values : [.. values.Distinct()];

    private static string? IgnoreFile(BuildFlags flags, BuildContext context, Surroundings around)
    {
        if (flags.IgnoreFile is not { } file)
            return null;
        if (context is not BuildContext.Directory)
            throw new UsageException("--ignorefile is for a context that is a directory");
        var path = around.Absolute(file);
        return File.Exists(path) ? path : throw new UsageException($"the ignore file `{file}` is not there");
    }

    private static PullPolicy Pull(string? text) => text switch
    {
        null => PullPolicy.Missing,
        "always" => PullPolicy.Always,
        "missing" => PullPolicy.Missing,
        "never" => PullPolicy.Never,
        "newer" => PullPolicy.Newer,
        _ => Booleans.TryParse(text) switch
        {
            true => PullPolicy.Always,
            false => PullPolicy.Missing,
            null => throw new UsageException($"invalid value `{text}` of --pull", "true, false, always, missing, never or newer"),
        },
    };

    private static SandboxNetwork Network(string? text) => text switch
    {
        null or "" or "default" or "isolated" => SandboxNetwork.Default,
        "none" => SandboxNetwork.None,
        "host" => SandboxNetwork.Host,
        _ => throw new UsageException($"network mode \"{text}\" is not supported", "default, isolated, none or host"),
    };

    private static string Entitlement(string text) => text switch
    {
        "network.host" or "security.insecure" or "volume" => text,
        "device" => throw new UsageException($"the entitlement {text} is not supported yet"),
        _ => throw new UsageException($"unknown entitlement {text}"),
    };
}
