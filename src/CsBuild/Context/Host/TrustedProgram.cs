using CsBuild.Oci.Layers;

namespace CsBuild.Context.Host;

/// <summary>Finds a program of this machine that only root (or who runs us) can have put there. Never by a bare name.</summary>
internal static class TrustedProgram
{
    private const int WritableByOthers = 0x12;
    private const int Sticky = 0x200;

    /// <summary>The first of the absolute paths that is a program in safe hands, or null.</summary>
    public static string? Find(params IEnumerable<string> candidates)
    {
        foreach (var path in candidates)
            if (Path.IsPathFullyQualified(path) && File.Exists(path) && IsSafe(path))
                return path;
        return null;
    }

    /// <summary>True where the file and all directories above it, links followed, can be changed by root or this user only.</summary>
    public static bool IsSafe(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        for (var at = Path.GetFullPath(real); at is not null; at = Path.GetDirectoryName(at))
            if (!IsSafeNode(at))
                return false;
        return true;
    }

    private static unsafe bool IsSafeNode(string path)
    {
        var buffer = stackalloc byte[LibcFiles.StatSize];
        fixed (byte* name = (byte[])[.. PathBytes.Encode(path), 0])
        {
            if (LibcFiles.StatX(LibcFiles.CurrentDirectory, name, 0, LibcFiles.BasicStats, buffer) != 0)
                return false;
        }
        var owner = *(uint*)(buffer + 20);
        var mode = *(ushort*)(buffer + 28);
        var isOurs = owner == 0 || (!Environment.IsPrivilegedProcess && owner == LibcFiles.EffectiveUser());
        return isOurs && ((mode & WritableByOthers) == 0 || (mode & Sticky) != 0);
    }
}
