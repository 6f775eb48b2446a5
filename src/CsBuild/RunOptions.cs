using CsBuild.Sandboxing;

namespace CsBuild;

/// <summary>How RUN steps are run.</summary>
public sealed record RunOptions
{
    /// <summary>How far steps are confined that do not say; <c>RUN --security=insecure</c> needs the right <c>security.insecure</c>.</summary>
    public SandboxSecurity Security { get; init; }

    /// <summary>What each step may use.</summary>
    public SandboxLimits Limits { get; init; } = SandboxLimits.None;

    /// <summary>Directories of this machine that every step sees; they need the right <c>volume</c>. What is in them is not part of a step's key.</summary>
    public IReadOnlyList<HostVolume> Volumes { get; init; } = [];

    /// <summary>True: a shell is opened in the files of a step that failed, on the terminal of this process, before the build ends.</summary>
    public bool ShellOnFailure { get; init; }
}

/// <summary>A directory of this machine in every step.</summary>
/// <param name="Source">Absolute path on this machine.</param>
/// <param name="Target">Absolute path in the step.</param>
/// <param name="IsReadOnly">False: steps can write to the machine's files.</param>
public sealed record HostVolume(string Source, string Target, bool IsReadOnly = true);
