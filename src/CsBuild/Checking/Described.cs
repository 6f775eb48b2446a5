using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Checking;

/// <summary>Descriptions as BuildKit reads them from comments: the line that begins with the name, without it.</summary>
internal static class Described
{
    public static string? By(IReadOnlyList<Word> comments, string? name)
    {
        if (name is null)
            return null;
        foreach (var comment in comments)
            if (comment.Text.Length > name.Length && comment.Text[name.Length] == ' ' && comment.Text.StartsWith(name, StringComparison.Ordinal))
                return comment.Text[(name.Length + 1)..];
        return null;
    }
}
