using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;

namespace CsBuild.Cli.Commands;

/// <summary>The flags of a build: names and meaning are those of <c>docker buildx build</c>.</summary>
internal sealed class BuildCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _context = new("CONTEXT") { Description = "directory with the files, repository (https://….git#ref:dir, git@host:path), URL of a tar or Dockerfile, or - for a Dockerfile or a tar on stdin", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _tags = Flags.Many("--tag", "-t", "name, and optionally a tag, for the image (name:tag)");
    private readonly Option<string[]> _file = Flags.Last("--file", "-f", "the Dockerfile (default: CONTEXT/Dockerfile): a file, a URL, a path in a remote context, - for stdin");
    private readonly Option<string[]> _target = Flags.Last("--target", null, "the stage to build (default: the last)");
    private readonly Option<string[]> _buildArgs = Flags.Many("--build-arg", null, "value for an ARG: NAME=value, or NAME to take it from the environment");
    private readonly Option<string[]> _namedContexts = Flags.Many("--build-context", null, "named context: NAME=DIR, NAME=REPOSITORY, NAME=URL, NAME=docker-image://REF, NAME=oci-layout://PATH[:TAG][@DIGEST]");
    private readonly Option<string[]> _platforms = Flags.Many("--platform", null, "platforms to build for: os/arch[/variant],…");
    private readonly Option<bool> _noCache = Flags.Switch("--no-cache", null, "run every step");
    private readonly Option<string[]> _noCacheStages = Flags.Many("--no-cache-filter", null, "stages whose steps run");
    private readonly Option<string[]> _pull = Flags.Last(Flags.Pull, null, "ask registries for base images again; or a policy: always, missing, never, newer");
    private readonly Option<bool> _offline = Flags.Switch("--offline", null, "speak to no registry; what is missing is said at once");
    private readonly Option<string[]> _cacheFrom = Flags.Many("--cache-from", null, "where results of steps may come from: REF, or type=registry,ref=REF | type=local,src=DIR");
    private readonly Option<string[]> _cacheTo = Flags.Many("--cache-to", null, "where results of steps go: REF, or type=registry,ref=REF | type=local,dest=DIR | type=inline; mode=min|max, mounts=true");
    private readonly Option<bool> _explainCache = Flags.Switch("--explain-cache", null, "say for each step that runs why it was not cached");
    private readonly Option<string[]> _secrets = Flags.Many("--secret", null, "secret for RUN --mount=type=secret: id=ID[,src=FILE|,env=VARIABLE]");
    private readonly Option<string[]> _ssh = Flags.Many("--ssh", null, "agent for repositories by ssh and for RUN --mount=type=ssh: ID[=SOCKET] (default: SSH_AUTH_SOCK)");
    private readonly Option<string[]> _ignoreFile = Flags.Last("--ignorefile", null, "rules of what the context leaves out, instead of .dockerignore");
    private readonly Option<string[]> _network = Flags.Last("--network", null, "network of RUN steps: default (their own, where pasta or slirp4netns is installed), isolated (their own, or an error), none, host");
    private readonly Option<string[]> _dns = Flags.Many("--dns", null, "name server for RUN steps");
    private readonly Option<string[]> _dnsSearch = Flags.Many("--dns-search", null, "search domain for RUN steps");
    private readonly Option<string[]> _dnsOptions = Flags.Many("--dns-option", null, "option of resolv.conf for RUN steps");
    private readonly Option<string[]> _isolation = Flags.Last("--isolation", null, "how RUN steps are kept apart: auto, overlay, copy, chroot (default: auto; csbuild doctor says which)");
    private readonly Option<string[]> _runtime = Flags.Last("--runtime", null, "start RUN steps by an OCI runtime: crun, runc, or the path of one (default: none is needed)");
    private readonly Option<string[]> _hosts = Flags.Many("--add-host", null, "line for /etc/hosts of RUN steps: name:address");
    private readonly Option<string[]> _allow = Flags.Many("--allow", null, "right that the build may use: network.host, security.insecure, volume");
    private readonly Option<string[]> _labels = Flags.Many("--label", null, "label of the image: key=value");
    private readonly Option<string[]> _annotations = Flags.Many("--annotation", null, "annotation: [manifest[os/arch]|index|manifest-descriptor|index-descriptor:]key=value");
    private readonly Option<string[]> _outputs = Flags.Many("--output", "-o", "what to make: type=oci|docker|local|tar|image|registry|cacheonly,dest=PATH,…; repeatable");
    private readonly Option<bool> _push = Flags.Switch("--push", null, "push the image: --output=type=registry");
    private readonly Option<bool> _load = Flags.Switch("--load", null, "load the image into the docker or podman that is there");
    private readonly Option<string[]> _iidFile = Flags.Last("--iidfile", null, "write the image ID to a file");
    private readonly Option<string[]> _metadataFile = Flags.Last("--metadata-file", null, "write what was built to a file, as JSON");
    private readonly Option<string[]> _progress = Flags.Last("--progress", null, $"how to show the build: {string.Join(", ", Renderers.Modes)}");
    private readonly Option<bool> _verify = Flags.Switch("--verify-reproducible", null, "build twice, the second time without the cache, and name the first difference");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "-q", "show nothing, print the image ID");
    private readonly Option<string[]> _jobs = Flags.Last("--jobs", null, "how many steps run at the same time (default: 2 a processor, at least 8)");

    private readonly Option<bool> _check = Flags.Switch("--check", null, "look for mistakes in the Dockerfile in the place of a build (--call=check)");
    private readonly Option<string[]> _call = Flags.Last("--call", null, "what to do: build, check, outline or targets; and ,format=json");
    private readonly RunFlagOptions _run = new();

    public Command Create()
    {
        var command = new Command("build", "Build an image from a Dockerfile (the default: `build` may be left out)");
        command.Arguments.Add(_context);
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => new BuildAction(around).RunAsync(Read(parsed), cancellationToken));
        return command;
    }

    private IEnumerable<Option> Options =>
    [
        _tags, _file, _target, _buildArgs, _namedContexts, _platforms, _noCache, _noCacheStages, _cacheFrom, _cacheTo, _explainCache, _pull, _ssh, _ignoreFile, _offline, _secrets, _network, _dns, _dnsSearch, _dnsOptions, _isolation, _runtime,
        _hosts, _allow, _labels, _annotations, _outputs, _push, _load, _iidFile, _metadataFile, _progress, _quiet, _jobs, _verify,
        _check, _call, .. _run.All,
    ];

    /// <summary>The flags as plain data.</summary>
    internal BuildFlags Read(ParseResult parsed) => new()
    {
        Context = Flags.Single(parsed, _context, "csbuild build needs a context", "csbuild -t app ."),
        File = Flags.Value(parsed, _file),
        Target = Flags.Value(parsed, _target),
        Tags = Flags.Values(parsed, _tags),
        BuildArgs = Flags.Values(parsed, _buildArgs),
        NamedContexts = Flags.Values(parsed, _namedContexts),
        Platforms = Flags.Values(parsed, _platforms),
        NoCacheStages = Flags.Values(parsed, _noCacheStages),
        Secrets = Flags.Values(parsed, _secrets),
        SshAgents = Flags.Values(parsed, _ssh),
        IgnoreFile = Flags.Value(parsed, _ignoreFile),
        Hosts = Flags.Values(parsed, _hosts),
        Allow = Flags.Values(parsed, _allow),
        Labels = Flags.Values(parsed, _labels),
        Annotations = Flags.Values(parsed, _annotations),
        Outputs = Flags.Values(parsed, _outputs),
        Network = Flags.Value(parsed, _network),
        Dns = Flags.Values(parsed, _dns),
        DnsSearch = Flags.Values(parsed, _dnsSearch),
        DnsOptions = Flags.Values(parsed, _dnsOptions),
        Isolation = Flags.Value(parsed, _isolation),
        Runtime = Flags.Value(parsed, _runtime),
        Run = _run.Read(parsed),
        Pull = Flags.Value(parsed, _pull),
        NoCache = parsed.GetValue(_noCache),
        Offline = parsed.GetValue(_offline),
        ExplainCache = parsed.GetValue(_explainCache),
        CacheFrom = Flags.Values(parsed, _cacheFrom),
        CacheTo = Flags.Values(parsed, _cacheTo),
        Push = parsed.GetValue(_push),
        Load = parsed.GetValue(_load),
        IidFile = Flags.Value(parsed, _iidFile),
        MetadataFile = Flags.Value(parsed, _metadataFile),
        Progress = Flags.Value(parsed, _progress),
        Quiet = parsed.GetValue(_quiet),
        VerifyReproducible = parsed.GetValue(_verify),
        Jobs = Flags.Value(parsed, _jobs),
        Call = Flags.Value(parsed, _call),
        Check = parsed.GetValue(_check),
        Root = shared.Root(parsed),
        Config = shared.Config(parsed),
    };
}
