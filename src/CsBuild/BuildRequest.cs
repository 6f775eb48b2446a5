using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild;

/// <summary>Everything that one build depends on. What is not in here does not influence the image.</summary>
public sealed record BuildRequest
{
    /// <summary>Where COPY and ADD take files from.</summary>
    public required BuildContext Context { get; init; }

    /// <summary>The Dockerfile; null for <c>Dockerfile</c> (then <c>dockerfile</c>, then <c>Containerfile</c>) in the context.</summary>
    public DockerfileSource? Dockerfile { get; init; }

    /// <summary>The stage to build, any case; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>Values for ARG.</summary>
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>Stages, images and contexts by name; they go before what the Dockerfile says.</summary>
    public IReadOnlyDictionary<string, NamedContext> NamedContexts { get; init; } = new Dictionary<string, NamedContext>();

    /// <summary>Platforms to build for; empty for the host's. More than one makes an index.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>True: the result is an index, also for one platform. For several it always is.</summary>
    public bool IsIndex { get; init; }

    /// <summary>What may be taken from the cache.</summary>
    public CachePolicy Cache { get; init; } = new();

    /// <summary>Where results of steps may come from that the store lacks; the first that has one counts.</summary>
    public IReadOnlyList<CacheSource> CacheFrom { get; init; } = [];

    /// <summary>Where the results of this build's steps go for others, after all outputs are written.</summary>
    public IReadOnlyList<CacheDestination> CacheTo { get; init; } = [];

    /// <summary>When registries are asked for base images.</summary>
    public PullPolicy Pull { get; init; }

    /// <summary>
    /// True: the builder speaks to no registry. What the build would have to ask for is named at once, before anything runs
    /// where that can be known. The network of RUN steps is another matter: see <see cref="Network"/>.
    /// </summary>
    public bool Offline { get; init; }

    /// <summary>Values for <c>RUN --mount=type=secret</c> by id.</summary>
    public IReadOnlyDictionary<string, SecretSource> Secrets { get; init; } = new Dictionary<string, SecretSource>();

    /// <summary>
    /// Sockets of ssh agents by id (<c>--ssh</c>). The one called <c>default</c> is what repositories are fetched with by ssh;
    /// without it only hosts that ask for no key can be.
    /// </summary>
    public IReadOnlyDictionary<string, string> SshAgents { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The file with the rules of what the context leaves out, instead of those that are looked for beside the Dockerfile
    /// and in the context; only for a context that is a directory.
    /// </summary>
    public string? IgnoreFile { get; init; }

    /// <summary>The network of RUN steps that do not say; <see cref="SandboxNetwork.Host"/> also permits <c>RUN --network=host</c>.</summary>
    public SandboxNetwork Network { get; init; }

    /// <summary>How RUN steps are run.</summary>
    public RunOptions Run { get; init; } = new();

    /// <summary>Rights that the Dockerfile may use, for example <c>network.host</c>.</summary>
    public IReadOnlySet<string> Allow { get; init; } = new HashSet<string>();

    /// <summary>More lines for /etc/hosts in RUN steps.</summary>
    public IReadOnlyList<HostEntry> Hosts { get; init; } = [];

    /// <summary>Labels of the image, after all of the Dockerfile's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations by level.</summary>
    public IReadOnlyList<Annotation> Annotations { get; init; } = [];

    /// <summary>Names for the image in the store; pushed with <see cref="ImageOutput.Registry"/> outputs that have none of their own.</summary>
    public IReadOnlyList<ImageReference> Tags { get; init; } = [];

    /// <summary>What to make of the result; empty: the store only. All are made from one build.</summary>
    public IReadOnlyList<ImageOutput> Outputs { get; init; } = [];

    /// <summary>What the project has decided about warnings of its Dockerfile.</summary>
    public Dockerfiles.Linting.LintConfig Checks { get; init; } = Dockerfiles.Linting.LintConfig.Default;

    /// <summary>Clamps every time in the image; null: the build argument SOURCE_DATE_EPOCH, else no clamp.</summary>
    public UnixTime? SourceDateEpoch { get; init; }
}

/// <summary>Which steps may be taken from the cache.</summary>
public sealed record CachePolicy
{
    /// <summary>True: every step runs. What it makes is recorded all the same.</summary>
    public bool NoCache { get; init; }

    /// <summary>Names of stages whose steps run; any case.</summary>
    public IReadOnlyList<string> NoCacheStages { get; init; } = [];
}

/// <summary>When registries are asked for base images.</summary>
public enum PullPolicy
{
    /// <summary>Where the store does not know the name.</summary>
    Missing,

    /// <summary>For every name, at every build.</summary>
    Always,

    /// <summary>Not at all: a name that the store does not know is an error.</summary>
    Never,

    /// <summary>For every name, at every build; where no registry answers, what the store knows will do.</summary>
    Newer,
}

/// <summary>Where the context's files are.</summary>
public abstract record BuildContext
{
    private protected BuildContext()
    {
    }

    /// <summary>A directory of this machine. Nothing in it is changed.</summary>
    public sealed record Directory(string Path) : BuildContext;

    /// <summary>A tar, plain or compressed; read once, not disposed.</summary>
    public sealed record Tar(Stream Stream) : BuildContext;

    /// <summary>
    /// A repository (<c>https://….git#ref:directory</c>, <c>git@host:path</c>, <c>ssh://</c>, <c>git://</c>,
    /// <c>github.com/owner/name</c>), or the URL of a tar or of a Dockerfile. No ignore file is applied.
    /// </summary>
    public sealed record Remote(string Address) : BuildContext
    {
        /// <summary>What the file of a URL is called in the context that it makes, as in Docker; a Dockerfile too.</summary>
        public const string FileName = "context";
    }

    /// <summary>No files.</summary>
    public sealed record Empty : BuildContext;
}

/// <summary>Where the Dockerfile is.</summary>
public abstract record DockerfileSource
{
    private protected DockerfileSource()
    {
    }

    /// <summary>A file of this machine; relative to the current directory.</summary>
    public sealed record File(string Path) : DockerfileSource;

    /// <summary>A text; <paramref name="Name"/> is what messages call it.</summary>
    public sealed record Text(string Content, string Name = "Dockerfile") : DockerfileSource;

    /// <summary>A file by its URL.</summary>
    public sealed record Remote(string Address) : DockerfileSource;

    /// <summary>A path in the context (for contexts that are no directory).</summary>
    public sealed record InContext(string Path) : DockerfileSource;
}

/// <summary>What a name in <c>--build-context</c> stands for.</summary>
public abstract record NamedContext
{
    private protected NamedContext()
    {
    }

    /// <summary>A directory of this machine, with its own ignore file.</summary>
    public sealed record Directory(string Path) : NamedContext;

    /// <summary>A repository, in the forms of <see cref="BuildContext.Remote"/>; or a URL, whose file is called <c>context</c>.</summary>
    public sealed record Remote(string Address) : NamedContext;

    /// <summary>An image (<c>docker-image://</c>).</summary>
    public sealed record Image(ImageReference Reference) : NamedContext;

    /// <summary>An OCI layout (<c>oci-layout://path[:tag][@digest]</c>), directory or archive.</summary>
    public sealed record Layout(string Path, string? Tag, Digest? Digest) : NamedContext;
}

/// <summary>Where a secret's bytes come from; at most 500 KiB. Never written to disk, never part of a key.</summary>
public abstract record SecretSource
{
    private protected SecretSource()
    {
    }

    /// <summary>A file of this machine, read when a step needs it.</summary>
    public sealed record File(string Path) : SecretSource;

    /// <summary>Bytes at hand.</summary>
    public sealed record Value(ReadOnlyMemory<byte> Bytes) : SecretSource;
}

/// <summary>Where an annotation goes.</summary>
public enum AnnotationLevel
{
    /// <summary>The image manifest.</summary>
    Manifest,

    /// <summary>The descriptor of the manifest in the index.</summary>
    ManifestDescriptor,

    /// <summary>The index.</summary>
    Index,

    /// <summary>The descriptor of the index in a layout.</summary>
    IndexDescriptor,
}

/// <summary>A key and a value; <paramref name="Platform"/> limits it to the image for that platform.</summary>
public sealed record Annotation(AnnotationLevel Level, string Key, string Value, Platform? Platform = null);
