using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Limits;

/// <summary>Directories that are control groups. See cgroups(7).</summary>
internal static unsafe class GroupDirectory
{
    private const int Attempts = 100;

    /// <summary>The group that the caller asked for as the parent of all steps' groups.</summary>
    /// <exception cref="IOException">It is not there, or is none.</exception>
    public static string Asked(string path, Hierarchy hierarchy, string controller)
    {
        if (!path.StartsWith('/') || path.Split('/').Contains(".."))
            throw new IOException($"`{path}` is no path of a control group");
        var asked = hierarchy.MountPoint + path.TrimEnd('/');
        if (!Directory.Exists(asked))
            throw new DirectoryNotFoundException($"the control group `{asked}` is not there");
        if (hierarchy.IsUnified)
            Enable(asked, controller);
        return asked;
    }

    /// <summary>
    /// The builder's own group. In version 2 a group with processes of its own cannot pass a controller on: then it is
    /// the nearest one above that can.
    /// </summary>
    /// <exception cref="IOException">None can.</exception>
    public static string NearestOwn(Hierarchy hierarchy, string controller)
    {
        if (!hierarchy.IsUnified)
            return hierarchy.Own;
        for (var directory = hierarchy.Own; ; directory = Path.GetDirectoryName(directory)!)
        {
            try
            {
                Enable(directory, controller);
                return directory;
            }
            catch (IOException) when (directory.Length > hierarchy.MountPoint.Length)
            {
                // one further up
            }
        }
    }

    /// <summary>Lets the groups below use a controller of version 2.</summary>
    public static void Enable(string directory, string controller)
    {
        var file = Path.Combine(directory, "cgroup.subtree_control");
        if (File.ReadAllText(file).Split([' ', '\n']).Contains(controller, StringComparer.Ordinal))
            return;
        using var control = Libc.Open(file, Libc.O_WRONLY);
        Libc.WriteAll(control, System.Text.Encoding.ASCII.GetBytes("+" + controller));
    }

    public static void Make(string path)
    {
        fixed (byte* name = Libc.Name(path))
            Libc.Check(Libc.mkdirat(Libc.AT_FDCWD, name, 0x1ED), "mkdir", path);
    }

    /// <summary>What has just ended may still be counted for a moment.</summary>
    public static void Remove(string directory)
    {
        fixed (byte* name = Libc.Name(directory))
        {
            for (var i = 0; i < Attempts && Libc.unlinkat(Libc.AT_FDCWD, name, Libc.AT_REMOVEDIR) != 0 && Libc.LastErrno == Errno.EBUSY; i++)
                Thread.Sleep(10);
        }
    }
}
