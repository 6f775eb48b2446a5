using CsBuild.Linux.Users;

namespace CsBuild.Linux.Network;

/// <summary>How steps reach the outside, and the names there.</summary>
internal sealed record NetworkSettings
{
    /// <summary>User-mode stacks of this machine, the better first: pasta, slirp4netns.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The program by which others die with their starter (setpriv), or null.</summary>
    public string? Tie { get; init; }

    /// <summary>True: a step without a network of its own is an error.</summary>
    public bool MustBeOwn { get; init; }

    /// <summary>Name servers in place of the machine's.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Search domains in place of the machine's.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>Resolver options in place of the machine's.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>With the programs that are installed. It must be asked for where root is the machine's root.</summary>
    public NetworkSettings WithPrograms() => this with
    {
        Programs = [.. ((string[])["pasta", "slirp4netns"]).Select(TrustedProgram.Find).OfType<string>()],
        Tie = TrustedProgram.Find("setpriv"),
    };
}
