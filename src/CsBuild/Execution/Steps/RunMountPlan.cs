using System.Globalization;
using System.Text;
using CsBuild.Caching;
using CsBuild.Caching.Explaining;
using CsBuild.Copying;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;
using CsBuild.Planning;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Execution.Steps;

/// <summary>A <c>--mount</c> of a RUN with its names resolved and its texts expanded.</summary>
internal sealed record RunMountPlan(RunMount Mount, string? Target, SourceRoot? Source, string SourcePath, Heredoc? ScriptBody = null)
{
    /// <summary>True where the files that are mounted can be looked at for a more exact key.</summary>
    public bool CanLookAtContent => HasFiles && Source?.Snapshot is not null;

    /// <summary>True where files count for the key: those that are mounted, and those that a new cache begins with.</summary>
    public bool HasFiles => Source is not null;

    /// <summary>What the mount is called in the key: by where it is, or which secret gets into a variable.</summary>
    public string KeyName => KeyPart.Mount + (Target ?? Mount.Id ?? Mount.Env);

    public static async Task<RunMountPlan> ResolveAsync(StageWork work, RunInstruction instruction, RunMount mount)
    {
        mount = Guard.Expanding(instruction.Span, () => MountOptions.Expand(mount, work.Scope.Expand));
        var written = mount.Target ?? (mount.Type is MountType.Secret or MountType.Ssh ? null : "");
        var target = written is null ? null : RootPath.Join(work.State.WorkingDirectory, written);
        if (target == "/")
            throw new BuildException(BuildFailure.Dockerfile, "invalid mount target \"/\"", instruction.Span, string.IsNullOrEmpty(written) ? "say where with target=; without it, it is the working directory" : null);
        var source = mount.Type switch
        {
            MountType.Bind => await work.OpenSourceAsync(mount.From, "mount", instruction.Span).ConfigureAwait(false),
            MountType.Cache when mount.From is not null => await work.OpenSourceAsync(mount.From, "mount", instruction.Span).ConfigureAwait(false),
            _ => null,
        };
        return new RunMountPlan(mount, target, source, RootPath.Join("/", mount.Source ?? "/"));
    }

    /// <summary>Where a script that stands in the Dockerfile is put for the step.</summary>
    public static string ScriptPath(Heredoc script) => $"/dev/pipes/{script.Name}";

    public static RunMountPlan Script(Heredoc script) =>
        new(new RunMount { Options = new Word(ScriptPath(script), script.Span) }, ScriptPath(script), null, "/", script);

    /// <summary>What of the mount, besides its files, belongs into the step's key: never a secret's value, never what a cache holds.</summary>
    public string Definition => ScriptBody is not null ? $"script {Digest.Of(Encoding.UTF8.GetBytes(ScriptBody.Body))}" : DefinitionOf();

    private string DefinitionOf()
    {
        var common = string.Create(CultureInfo.InvariantCulture, $"{Mount.Type} ro={Mount.ReadOnly}");
        return Mount.Type switch
        {
            MountType.Secret => string.Create(CultureInfo.InvariantCulture, $"{common} id={SecretId} env={Mount.Env} required={Mount.Required} {Mount.Mode} {Mount.Uid} {Mount.Gid}"),
            MountType.Tmpfs => string.Create(CultureInfo.InvariantCulture, $"{common} size={Mount.Size}"),
            // Of a cache that is there already these say nothing; of a new one they do.
            MountType.Cache when Mount.Mode is not null || Mount.Uid is not null || Mount.Gid is not null => string.Create(CultureInfo.InvariantCulture, $"{common} {Mount.Mode} {Mount.Uid} {Mount.Gid}"),
            MountType.Ssh => string.Create(CultureInfo.InvariantCulture, $"{common} id={Mount.Id} required={Mount.Required} {Mount.Mode} {Mount.Uid} {Mount.Gid}"),
            _ => common,
        };
    }

    /// <summary>Adds what the sandbox mounts, and the variable of a secret.</summary>
    public async Task RealizeAsync(BuildSession session, List<SandboxMount> mounts, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (ScriptBody is not null)
            mounts.Add(new SandboxMount.MemoryFile { Target = Target!, Content = Encoding.UTF8.GetBytes(ScriptBody.Body), Mode = 0x1ED });
        else if (Mount.Type == MountType.Secret)
            AddSecret(session, mounts, environment);
        else if (Mount.Type == MountType.Ssh)
            AddAgent(session, mounts, environment);
        else
            mounts.Add(Mount.Type switch
            {
                MountType.Bind => new SandboxMount.Bind { Target = Target!, Source = await SnapshotAsync(session, cancellationToken).ConfigureAwait(false), SourcePath = SourcePath, ReadOnly = Mount.ReadOnly },
                MountType.Cache => await CacheAsync(session, cancellationToken).ConfigureAwait(false),
                MountType.Tmpfs => new SandboxMount.Tmpfs { Target = Target!, Size = Mount.Size },
                _ => throw new System.Diagnostics.UnreachableException(),
            });
    }

    private string SecretId => Mount.Id ?? Mount.Source ?? Path.GetFileName(Mount.Target ?? "");

    /// <summary>The files that are mounted: by the snapshot they are in, where it has one, or by what they are.</summary>
    public async Task<string> IdentityAsync(bool byContent, CancellationToken cancellationToken)
    {
        if (!byContent && Source!.Snapshot is { } snapshot)
            return $"{snapshot.ChainId} {SourcePath}";
        var selection = await SelectAsync(cancellationToken).ConfigureAwait(false);
        return (await CopyDigest.ComputeAsync([selection], withTop: true, cancellationToken).ConfigureAwait(false)).ToString();
    }

    /// <summary>The files by name, with the digest that <see cref="IdentityAsync"/> gives for their content.</summary>
    public async Task<(string Digest, FileList? Files)> ListAsync(CancellationToken cancellationToken)
    {
        var digest = await IdentityAsync(byContent: true, cancellationToken).ConfigureAwait(false);
        return (digest, await SelectionListing.ListAsync([await SelectAsync(cancellationToken).ConfigureAwait(false)], cancellationToken).ConfigureAwait(false));
    }

    private async Task<SourceSelection> SelectAsync(CancellationToken cancellationToken) =>
        SourceSelection.Select(await Source!.OpenAsync(cancellationToken).ConfigureAwait(false), [SourcePath]);

    // Even from a directory of this machine, a step sees a copy: the host's owners, modes and ignored files stay out,
    // and nothing that a step does reaches the host.
    private async Task<Snapshot> SnapshotAsync(BuildSession session, CancellationToken cancellationToken)
    {
        if (Source!.Snapshot is { } snapshot)
            return snapshot;
        var files = await Source.OpenAsync(cancellationToken).ConfigureAwait(false);
        var node = ImageTree.Find(files.Tree, SourcePath) ?? throw new BuildException(BuildFailure.Step, $"\"{SourcePath}\": not found");
        return await ContextLayer.SnapshotAsync(session, files, node.Path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the contents of a cache mount are kept under.</summary>
    public string CacheId(BuildSession session) =>
        $"{session.Request.BuildArgs.GetValueOrDefault("BUILDKIT_CACHE_MOUNT_NS", "")}/{Mount.Id ?? RootPath.Join("/", Mount.Target ?? "")}";

    private async Task<Snapshot?> SeedAsync(BuildSession session, CancellationToken cancellationToken) =>
        await SnapshotAsync(session, cancellationToken).ConfigureAwait(false);

    private async Task<SandboxMount> CacheAsync(BuildSession session, CancellationToken cancellationToken)
    {
        var id = CacheId(session);
        var seed = await (Source is null ? new CacheMountContents(session).SeedAsync(id, cancellationToken) : SeedAsync(session, cancellationToken)).ConfigureAwait(false);
        return new SandboxMount.Cache
        {
            Target = Target!,
            Id = id,
            Seed = seed,
            SourcePath = SourcePath,
            ReadOnly = Mount.ReadOnly,
            Sharing = Mount.Sharing switch
            {
                CacheSharing.Private => CacheMountSharing.Private,
                CacheSharing.Locked => CacheMountSharing.Locked,
                _ => CacheMountSharing.Shared,
            },
            Mode = Mount.Mode ?? 0x1ED,
            Uid = Mount.Uid ?? 0,
            Gid = Mount.Gid ?? 0,
        };
    }

    // The paths are BuildKit's, which Dockerfiles rely on.
    private void AddAgent(BuildSession session, List<SandboxMount> mounts, Dictionary<string, string> environment)
    {
        var id = string.IsNullOrEmpty(Mount.Id) ? "default" : Mount.Id;
        if (!session.Request.SshAgents.TryGetValue(id, out var socket))
        {
            if (Mount.Required)
                throw new BuildException(BuildFailure.Request, $"unset ssh forward key {id}", hint: $"give the agent with --ssh {id}=SOCKET");
            return;
        }
        var number = mounts.Count(mount => mount is SandboxMount.SshAgent);
        var target = Target ?? string.Create(CultureInfo.InvariantCulture, $"/run/buildkit/ssh_agent.{number}");
        environment.TryAdd("SSH_AUTH_SOCK", target);
        mounts.Add(new SandboxMount.SshAgent { Target = target, Socket = socket, Mode = Mount.Mode ?? 0x180, Uid = Mount.Uid ?? 0, Gid = Mount.Gid ?? 0 });
    }

    private void AddSecret(BuildSession session, List<SandboxMount> mounts, Dictionary<string, string> environment)
    {
        var bytes = session.Secrets.Read(SecretId);
        if (bytes is null && Mount.Required)
            throw new BuildException(BuildFailure.Request, $"secret {SecretId}: not found", hint: $"give it with --secret id={SecretId},src=FILE");
        if (Mount.Env is { } name)
            environment[name] = bytes is null ? "" : Encoding.UTF8.GetString(bytes.Value.Span);
        if (bytes is null || (Mount.Env is not null && Target is null))
            return;
        mounts.Add(new SandboxMount.MemoryFile
        {
            Target = Target ?? $"/run/secrets/{Path.GetFileName(SecretId)}",
            Content = bytes.Value,
            Mode = Mount.Mode ?? 0x100,
            Uid = Mount.Uid ?? 0,
            Gid = Mount.Gid ?? 0,
        });
    }
}
