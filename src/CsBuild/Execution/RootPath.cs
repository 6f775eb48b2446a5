using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Execution;

/// <summary>Paths in an image as texts: absolute, <c>/</c> between names. Links play no part here.</summary>
internal static class RootPath
{
    /// <summary>
    /// A path as an instruction says it. For a Windows image backslashes separate, and the letter of the system drive
    /// goes; the image has no other drive.
    /// </summary>
    public static string OfImage(string path, bool windows, SourceSpan? span = null)
    {
        if (!windows)
            return path;
        var slashed = path.Replace('\\', '/');
        if (slashed.Length < 2 || slashed[1] != ':' || !char.IsAsciiLetter(slashed[0]))
            return slashed;
        return slashed[0] is 'c' or 'C'
            ? slashed[2..]
            : throw new BuildException(BuildFailure.Dockerfile, $"the path {path} is not on the system drive (C:)", span);
    }

    /// <summary>A path as an image's config holds it.</summary>
    public static string ToImage(string path, bool windows) => windows ? path.Replace('/', '\\') : path;

    /// <summary><paramref name="path"/> seen from <paramref name="directory"/>, cleaned; always absolute, never above the root.</summary>
    public static string Join(string directory, string path)
    {
        var names = new List<string>();
        foreach (var name in (path.StartsWith('/') ? path : directory + "/" + path).Split('/'))
        {
            if (name == ".." && names.Count > 0)
                names.RemoveAt(names.Count - 1);
            else if (name is not ("" or "." or ".."))
                names.Add(name);
        }
        return "/" + string.Join('/', names);
    }
}
