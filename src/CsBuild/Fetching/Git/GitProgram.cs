using CsBuild.Context.Host;

namespace CsBuild.Fetching.Git;

/// <summary>Where git and ssh are on this machine: absolute paths from a fixed list, never what a PATH or a directory offers.</summary>
internal static class GitProgram
{
    private static readonly string[] UsualGit = OperatingSystem.IsWindows()
        ? [@"C:\Program Files\Git\cmd\git.exe"]
        : ["/usr/bin/git", "/usr/local/bin/git", "/bin/git", "/opt/homebrew/bin/git"];

    private static readonly string[] UsualSsh = OperatingSystem.IsWindows()
        ? [@"C:\Windows\System32\OpenSSH\ssh.exe"]
        : ["/usr/bin/ssh", "/usr/local/bin/ssh", "/bin/ssh", "/opt/homebrew/bin/ssh"];

    /// <exception cref="FetchException">There is none that is safe to use.</exception>
    public static string Git(FetchOptions options) => TrustedProgram.Find(options.GitProgram is { } given ? [given] : UsualGit)
        ?? throw new FetchException(
            $"repositories need the program git, and there is none at {string.Join(", ", options.GitProgram is { } wanted ? [wanted] : UsualGit)}",
            "install git; it must belong to root, and nobody else may be able to change it");

    /// <exception cref="FetchException">There is none that is safe to use.</exception>
    public static string Ssh() => TrustedProgram.Find(UsualSsh)
        ?? throw new FetchException($"this repository needs the program ssh, and there is none at {string.Join(", ", UsualSsh)}", "install an ssh client");
}
