namespace CsBuild.Linux;

/// <summary>How a <see cref="LinuxSandbox"/> works.</summary>
public sealed record LinuxSandboxOptions
{
    /// <summary>
    /// The program, with arguments before its own, that is started as the first process of a step and calls
    /// <see cref="SandboxInit.TryRun"/>. Default: the running program itself.
    /// </summary>
    public IReadOnlyList<string>? InitCommand { get; init; }

    /// <summary>Is told, once each, what the user should know about how steps run here.</summary>
    public Action<string>? Notice { get; init; }
}
