using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Runtimes;

/// <summary>
/// An OCI runtime of this machine that starts steps in the place of our own first process. The two kinds differ in how
/// they treat control groups: crun can be told to leave them alone, and is put into the step's; runc enters those that
/// it is told the path of, and is asked to keep them.
/// </summary>
internal sealed record RuntimeProgram(string Path)
{
    /// <summary>Descriptors that the runtime hands on beside the usual three: where the first process reports, and its program.</summary>
    private const string Handed = "2";

    /// <summary>Names that stand for a program in the system's directories.</summary>
    public static readonly IReadOnlyList<string> Known = ["crun", "runc"];

    /// <summary>True: it walks into the control groups by itself.</summary>
    public bool EntersGroups => !IsCrun;

    private bool IsCrun => System.IO.Path.GetFileName(Path).StartsWith("crun", StringComparison.Ordinal);

    /// <summary>
    /// The program for a name or an absolute path. A name is looked for in the system's directories, never in PATH. It
    /// must be asked for where root is the machine's root.
    /// </summary>
    /// <exception cref="SandboxException">There is none.</exception>
    public static RuntimeProgram Find(string asked)
    {
        if (Known.Contains(asked))
        {
            return TrustedProgram.Find(asked) is { } found
                ? new RuntimeProgram(found)
                : throw new SandboxException($"the runtime {asked} is not installed", $"package {asked}; without --runtime steps need none");
        }
        if (!System.IO.Path.IsPathRooted(asked))
            throw new SandboxException($"the runtime `{asked}` is not known", "crun, runc, or the absolute path of one of them");
        if (!File.Exists(asked) || (File.GetUnixFileMode(asked) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            throw new SandboxException($"the runtime `{asked}` is no program");
        return new RuntimeProgram(asked);
    }

    /// <summary>The command that runs a bundle to its end.</summary>
    /// <param name="folders">The step's.</param>
    /// <param name="id">The container's, free among those of <see cref="RuntimeFolders.State"/>.</param>
    /// <param name="isMachineRoot">False: groups that cannot be entered are no error.</param>
    public IReadOnlyList<string> Command(RuntimeFolders folders, string id, bool isMachineRoot)
    {
        string[] common = [Path, "--root", folders.State, "--log", folders.Log, "--log-format", "json"];
        return IsCrun
            ? [.. common, "--cgroup-manager", "disabled", "run", "--bundle", folders.Bundle, "--preserve-fds", Handed, id]
            : [.. common, "--rootless", isMachineRoot ? "false" : "true", "run", "--keep", "--bundle", folders.Bundle, "--preserve-fds", Handed, id];
    }
}

/// <summary>What a runtime writes to and reads from, all in the step's run folder, so that nothing outlives it.</summary>
/// <param name="Bundle">Holds config.json.</param>
/// <param name="State">The runtime's own notes.</param>
/// <param name="Log">What it says went wrong.</param>
internal sealed record RuntimeFolders(string Bundle, string State, string Log);
