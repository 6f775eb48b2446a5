using System.Globalization;

namespace CsBuild.Linux.Processes;

/// <summary>How this machine starts a process that calls <see cref="SandboxInit.TryRun"/>.</summary>
internal sealed record InitCommand(IReadOnlyList<string> Words)
{
    /// <summary>The first argument by which an init knows itself.</summary>
    public const string Marker = "csbuild-step-init";

    // Little of the runtime is needed for a few milliseconds: no compiler threads, no collector threads, no
    // diagnostics port, no culture data; and no file behind its code memory (W^X), for all descriptors are closed
    // before the last methods are compiled. None of this reaches the step, whose environment is built from nothing.
    private static readonly string[] Settings =
    [
        "DOTNET_TieredCompilation=0", "DOTNET_TieredPGO=0", "DOTNET_EnableDiagnostics=0", "DOTNET_EnableWriteXorExecute=0",
        "DOTNET_gcConcurrent=0", "DOTNET_gcServer=0",
        "DOTNET_GCHeapHardLimit=1000000", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "DOTNET_CLI_TELEMETRY_OPTOUT=1",
    ];

    /// <summary>This program itself: its own executable, or `dotnet` with the program's assembly.</summary>
    public static InitCommand ThisProgram()
    {
        var executable = Environment.ProcessPath ?? throw new InvalidOperationException("the running program has no path");
        return Path.GetFileNameWithoutExtension(executable) == "dotnet"
            ? new InitCommand([executable, Path.GetFullPath(Environment.GetCommandLineArgs()[0])])
            : new InitCommand([executable]);
    }

    /// <summary>The whole command for a message of so many bytes.</summary>
    public IEnumerable<string> For(int messageSize) => [.. Words, Marker, messageSize.ToString(CultureInfo.InvariantCulture)];

    /// <summary>The init's environment: where the runtime is, if that was said, and <see cref="Settings"/>.</summary>
    public static IEnumerable<string> Variables() => Inherited().Concat(Settings);

    /// <summary>Where the runtime is, if that was said.</summary>
    public static IEnumerable<string> Inherited()
    {
        foreach (var name in (string[])["DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "LD_LIBRARY_PATH"])
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                yield return $"{name}={value}";
    }
}
