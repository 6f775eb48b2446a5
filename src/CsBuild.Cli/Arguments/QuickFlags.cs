namespace CsBuild.Cli.Arguments;

/// <summary>
/// Reads the command line of an ordinary build: known flags, each with its value apart or behind <c>=</c>, and one
/// context. Setting up the full parser takes a fifth of a build that has nothing to do; it is asked where this one
/// finds anything else, and alone knows what is wrong with a command line.
/// </summary>
internal static class QuickFlags
{
    /// <summary>The flags; null where the full parser must look.</summary>
    public static BuildFlags? TryRead(IReadOnlyList<string> args)
    {
        var lists = new Lists();
        var flags = new BuildFlags { Tags = lists.Tags, BuildArgs = lists.BuildArgs, Platforms = lists.Platforms, Labels = lists.Labels, Outputs = lists.Outputs, CacheFrom = lists.CacheFrom, CacheTo = lists.CacheTo };
        string? context = null;
        var isCommandPossible = true;
        for (var i = 0; i < args.Count; i++)
        {
            var word = args[i];
            if (!word.StartsWith('-'))
            {
                // the first word that is no shared option may be the command
                if (word.Length == 0 || word[0] == '[' || (context is not null))
                    return null;
                if (word != "build" || !isCommandPossible)
                    context = word;
                isCommandPossible = false;
                continue;
            }
            if (Switch(flags, word) is { } switched)
            {
                // the full parser takes these two for the value
                if (i + 1 < args.Count && bool.TryParse(args[i + 1], out _))
                    return null;
                flags = switched;
                isCommandPossible = false;
                continue;
            }
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            var value = equals >= 0 ? word[(equals + 1)..] : i + 1 < args.Count ? args[++i] : "";
            if (value.Length == 0 || value[0] is '-' or '"' || Valued(flags, lists, name, value) is not { } next)
                return null;
            flags = next;
            isCommandPossible &= name is "--root" or "--config";
        }
        return context is null ? null : flags with { Context = context };
    }

    private static BuildFlags? Switch(BuildFlags flags, string word) => word switch
    {
        "--quiet" or "-q" => flags with { Quiet = true },
        "--no-cache" => flags with { NoCache = true },
        "--explain-cache" => flags with { ExplainCache = true },
        "--offline" => flags with { Offline = true },
        "--push" => flags with { Push = true },
        "--load" => flags with { Load = true },
        "--pull" => flags with { Pull = "true" },
        _ => null,
    };

    // Of what may stand once the last one counts.
    private static BuildFlags? Valued(BuildFlags flags, Lists lists, string name, string value)
    {
        switch (name)
        {
            case "--tag" or "-t": lists.Tags.Add(value); return flags;
            case "--build-arg": lists.BuildArgs.Add(value); return flags;
            case "--platform": lists.Platforms.Add(value); return flags;
            case "--label": lists.Labels.Add(value); return flags;
            case "--output" or "-o": lists.Outputs.Add(value); return flags;
            case "--cache-from": lists.CacheFrom.Add(value); return flags;
            case "--cache-to": lists.CacheTo.Add(value); return flags;
            case "--file" or "-f": return flags with { File = value };
            case "--target": return flags with { Target = value };
            case "--network": return flags with { Network = value };
            case "--progress": return flags with { Progress = value };
            case "--root": return flags with { Root = value };
            case "--config": return flags with { Config = value };
            default: return null;
        }
    }

    private sealed class Lists
    {
        public List<string> Tags { get; } = [];

        public List<string> BuildArgs { get; } = [];

        public List<string> Platforms { get; } = [];

        public List<string> Labels { get; } = [];

        public List<string> Outputs { get; } = [];

        public List<string> CacheFrom { get; } = [];

        public List<string> CacheTo { get; } = [];
    }
}
