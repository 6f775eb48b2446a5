using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Users;

/// <summary>
/// Programs of the machine that the sandbox starts. They are looked for in the system's directories only, never in
/// PATH or in the current directory, and count only where nobody but root could have put them there.
/// </summary>
internal static class TrustedProgram
{
    private const int WritableByOthers = 0x12; // 022

    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"];

    /// <summary>The path of the first that is there and can be trusted, or null.</summary>
    public static string? Find(string name) => Folders.Select(folder => folder + "/" + name).FirstOrDefault(path => Problem(path) is null);

    /// <summary>Why a program does not count; null where it does.</summary>
    public static string? Problem(string path)
    {
        if (!Path.IsPathRooted(path))
            return "its path is not absolute";
        if (!File.Exists(path))
            return "it is not there";
        // what a link leads to counts, and every directory on the way there
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        for (var at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Libc.TryStat(Libc.AT_FDCWD, Libc.Name(at)) is not { } stat)
                return "it is not there";
            if (stat.Uid != 0 || (stat.Type != FileType.Symlink && (stat.Permissions & WritableByOthers) != 0))
                return $"`{at}` can be changed by others than root";
        }
        return null;
    }
}
