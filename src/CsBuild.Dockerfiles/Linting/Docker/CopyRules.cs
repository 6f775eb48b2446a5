using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>COPY and ADD of what the ignore file keeps out of the context.</summary>
internal static class CopyRules
{
    /// <param name="run">The file.</param>
    /// <param name="file">The instruction.</param>
    /// <param name="source">A source with the values of variables.</param>
    public static void CheckSource(LintRun run, FileInstruction file, string source)
    {
        if (file is CopyInstruction { From: not null } || (file is AddInstruction && IsRemote(source)))
            return;
        if (run.Ignored is not { HasExceptions: false } ignored)
            return;
        var path = Clean(source);
        var isIgnored = path is "." or "/" || path.StartsWith('/') ? ignored.IgnoresAll : ignored.IsIgnored(path);
        if (isIgnored)
            run.Sink.Report(BuildKitRules.CopyIgnoredFile,
                $"Attempting to {(file is AddInstruction ? "Add" : "Copy")} file {GoQuoted.Of(path)} that is excluded by .dockerignore", file);
    }

    /// <summary>True for addresses of files and of repositories.</summary>
    public static bool IsRemote(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal)
        || source.StartsWith("https://", StringComparison.Ordinal)
        || source.StartsWith("git://", StringComparison.Ordinal)
        || source.StartsWith("ssh://", StringComparison.Ordinal)
        || source.StartsWith("git@", StringComparison.Ordinal);

    private static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name is "" or ".")
                continue;
            if (name != "..")
                names.Add(name);
            else if (names.Count > 0 && names[^1] != "..")
                names.RemoveAt(names.Count - 1);
            else if (!isRooted)
                names.Add(name);
        }
        var joined = string.Join('/', names);
        return isRooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }
}
