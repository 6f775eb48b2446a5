using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Tests;

/// <summary>Surroundings made for a test: an environment, a directory, what is on stdin, and what came out.</summary>
internal sealed class Around : IDisposable
{
    private readonly TempDirectory _directory = new();

    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/home/user" };

    public byte[] Input { get; set; } = [];

    public StringWriter Output { get; } = new() { NewLine = "\n" };

    public StringWriter Error { get; } = new() { NewLine = "\n" };

    public bool IsTerminal { get; set; }

    public TempDirectory Directory => _directory;

    public Surroundings Surroundings => new()
    {
        Variable = name => Environment.GetValueOrDefault(name),
        CurrentDirectory = _directory.Path,
        OpenInput = () => new MemoryStream(Input),
        OpenOutput = () => new MemoryStream(),
        Output = Output,
        Error = Error,
        InputIsTerminal = IsTerminal,
        OutputIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Host = Platform.Normalize("linux", "amd64", null),
    };

    public void Dispose() => _directory.Dispose();
}
