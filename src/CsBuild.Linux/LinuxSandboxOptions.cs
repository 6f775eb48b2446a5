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

    /// <summary>True: steps run in a user namespace even where this process is root.</summary>
    public bool AlwaysOwnUserNamespace { get; init; }
}
