using System.Runtime.InteropServices;
using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Outside;

/// <summary>All that a command takes from the process around it, so that tests can put something else there.</summary>
internal sealed record Surroundings
{
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The words that this process was started with, the program first.</summary>
    public Func<IReadOnlyList<string>> Words { get; init; } = () => [];

    public required string CurrentDirectory { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    public required Func<Stream> OpenOutput { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public Platform Host { get; init; } = HostPlatform();

    /// <summary>The process as it is.</summary>
    public static Surroundings OfProcess()
    {
        var output = Writer(Console.OpenStandardOutput());
        // Every write to the standard streams locks Console.Out, whoever writes; so that it is not made for that alone.
        Console.SetOut(output);
        return new Surroundings
        {
            Variable = Environment.GetEnvironmentVariable,
            Words = ProcessWords,
            CurrentDirectory = Environment.CurrentDirectory,
            OpenInput = Console.OpenStandardInput,
            OpenOutput = Console.OpenStandardOutput,
            Output = output,
            // a live display is drawn on the terminal that the framework knows
            Error = Console.IsErrorRedirected ? Writer(Console.OpenStandardError()) : Console.Error,
            InputIsTerminal = !Console.IsInputRedirected,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Null where the variable is not set or empty.</summary>
    public string? NonEmpty(string variable) => Variable(variable) is { Length: > 0 } value ? value : null;

    /// <summary>A path as the user typed it, made absolute.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, CurrentDirectory);

    /// <summary>The store: <c>--root</c>, CSBUILD_ROOT, or a directory of the user's.</summary>
    public string StoreRoot(string? flag) =>
        Absolute(flag ?? NonEmpty("CSBUILD_ROOT") ?? UserDirectory("XDG_DATA_HOME", ".local/share", "csbuild"));

    /// <summary><c>$variable/rest</c>, or <c>~/usual/rest</c>. A relative value of the variable does not count (XDG base directories).</summary>
    public string UserDirectory(string variable, string usual, string rest)
    {
        if (NonEmpty(variable) is { } given && Path.IsPathRooted(given))
            return Path.Combine(given, rest);
        var home = NonEmpty("HOME") ?? NonEmpty("USERPROFILE")
            ?? throw new UsageException("neither HOME nor " + variable + " is set", "give --root and --config");
        return Path.Combine(home, usual, rest);
    }

    // Not Console.Out: that first asks the system for its encoding and the terminal for its settings. We write UTF-8, as others do.
    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1024) { AutoFlush = true });

    private static string[] ProcessWords() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, .. Environment.GetCommandLineArgs()]
        : [Environment.ProcessPath ?? "csbuild", .. Environment.GetCommandLineArgs().Skip(1)];

    private static Platform HostPlatform()
    {
        var os = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "386",
            Architecture.Ppc64le => "ppc64le",
            Architecture.LoongArch64 => "loong64",
            var other => other.ToString().ToLowerInvariant(),
        };
        return Platform.Normalize(os, architecture, null);
    }
}
