using System.CommandLine;
using CsBuild.Cli.Arguments;

namespace CsBuild.Cli.Commands;

/// <summary>The flags about RUN steps: confinement, limits, agents, volumes, what happens when one fails.</summary>
internal sealed class RunFlagOptions
{
    private static readonly Dictionary<string, (string? Short, string Description)> LimitTexts = new(StringComparer.Ordinal)
    {
        ["memory"] = ("-m", "memory that a step may use, for example 512m"),
        ["memory-swap"] = (null, "memory and swap together; -1: any amount of swap"),
        ["cpus"] = (null, "processors that a step may use, for example 1.5"),
        ["cpu-shares"] = ("-c", "weight of a step against others; 1024 is the usual"),
        ["cpu-period"] = (null, "microseconds of a period of --cpu-quota"),
        ["cpu-quota"] = (null, "microseconds of processor time in each period"),
        ["cpuset-cpus"] = (null, "processors to run on: 0-3,6"),
        ["cpuset-mems"] = (null, "memory nodes to use: 0-1"),
        ["pids-limit"] = (null, "processes and threads of a step (default: 4096); -1: no limit"),
        ["shm-size"] = (null, "size of /dev/shm (default: 64m)"),
        ["cgroup-parent"] = (null, "control group in which those of the steps are made"),
    };

    private readonly Option<string[]> _security = Flags.Last("--security", null, "confinement of RUN steps: default, strict, insecure");
    private readonly Option<string[]> _resources = Flags.Many("--resource", null, "limit of a step: NAME=VALUE, with the names of the flags below");
    private readonly Option<string[]> _ulimits = Flags.Many("--ulimit", null, "limit of each process: NAME=SOFT[:HARD]");
    private readonly Option<string[]> _volumes = Flags.Many("--volume", "-v", "directory of this machine in every step: SOURCE:TARGET[:ro|rw]; needs --allow volume");
    private readonly Option<string[]> _onFailure = Flags.Last("--on-failure", null, "what to do when a step fails: stop, or shell for a shell in its files");
    private readonly Option<string[]> _logDirectory = Flags.Last("--log-dir", null, "write all that each step prints to a file in this directory");
    private readonly Dictionary<string, Option<string[]>> _limits = RunArguments.LimitNames.ToDictionary(
        name => name, name => Flags.Last("--" + name, LimitTexts[name].Short, LimitTexts[name].Description), StringComparer.Ordinal);

    public IEnumerable<Option> All => [_security, _resources, .. RunArguments.LimitNames.Select(name => _limits[name]), _ulimits, _volumes, _onFailure, _logDirectory];

    public RunFlags Read(ParseResult parsed) => new()
    {
        Security = Flags.Value(parsed, _security),
        Resources = Flags.Values(parsed, _resources),
        Limits = _limits.Where(limit => Flags.Value(parsed, limit.Value) is not null)
            .ToDictionary(limit => limit.Key, limit => Flags.Value(parsed, limit.Value)!, StringComparer.Ordinal),
        Ulimits = Flags.Values(parsed, _ulimits),
        Volumes = Flags.Values(parsed, _volumes),
        OnFailure = Flags.Value(parsed, _onFailure),
        LogDirectory = Flags.Value(parsed, _logDirectory),
    };
}
