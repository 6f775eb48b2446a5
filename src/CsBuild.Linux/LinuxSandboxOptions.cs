namespace CsBuild.Linux;

/// <summary>How a <see cref="LinuxSandbox"/> works.</summary>
public sealed record LinuxSandboxOptions
{
    /// <summary>
    /// The program, with arguments before its own, that is started as the first process of a step and calls
    /// <see cref="SandboxInit.TryRun"/>. Default: the running program itself.
    /// </summary>
    public IReadOnlyList<string>? InitCommand { get; init; }

    /// <summary>How long a step that is cancelled may take to end by itself before it is killed. Default: ten seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Is told, once each, what the user should know about how steps run here.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>How steps are kept apart from the machine. Default: the best that it permits.</summary>
    public Isolation Isolation { get; init; }

    /// <summary>
    /// The OCI runtime that starts steps: <c>crun</c> or <c>runc</c>, looked for in the system's directories, or the
    /// absolute path of one of them. Null: none is needed. What a step may do, sees and leaves is the same.
    /// </summary>
    public string? Runtime { get; init; }

    /// <summary>
    /// True: a step that does not ask for the host's network or for none must have its own; where neither pasta nor
    /// slirp4netns works it is an error. False: it shares the host's then, with a notice.
    /// </summary>
    public bool MustHaveOwnNetwork { get; init; }

    /// <summary>Addresses of name servers for steps; empty: those of this machine that steps can reach.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    /// <summary>Search domains for steps; empty: this machine's.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>Options of resolv.conf(5) for steps; empty: this machine's.</summary>
    public IReadOnlyList<string> ResolverOptions { get; init; } = [];

    /// <summary>True: steps run in a user namespace even where this process is root.</summary>
    public bool AlwaysOwnUserNamespace { get; init; }

    /// <summary>Is told each part of a step on an overlay, of root, and how long it took; from several threads.</summary>
    internal Action<string, TimeSpan>? Measured { get; init; }
}
