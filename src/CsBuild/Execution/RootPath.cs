namespace CsBuild.Execution;

/// <summary>Paths in an image as texts: absolute, <c>/</c> between names. Links play no part here.</summary>
internal static class RootPath
{
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
