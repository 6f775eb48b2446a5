using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>Guesses why a source is missing.</summary>
internal static class MissingSource
{
    private const int MostNames = 10_000;

    public static string? Hint(IFileSource source, string path)
    {
        if (source is DirectoryContext context && context.Ignore.Deciding(path) is { Includes: false } rule)
            return $"{context.Ignore.Name ?? "the ignore file"}:{rule.Line} leaves it out: `{rule.Text}`";
        return Near(source.Tree, path) is { } near ? $"did you mean `{near}`?" : null;
    }

    // The first name that is not there, compared with those that are.
    private static string? Near(FileTree tree, string path)
    {
        var at = tree.Root;
        foreach (var name in path.Split('/'))
        {
            var next = at.Child(name);
            if (next is not null)
            {
                at = next;
                continue;
            }
            var limit = Math.Max(1, name.Length / 3);
            var near = at.Children.Take(MostNames).Select(c => (c.Name, Distance: Distance(name, c.Name, limit)))
                .Where(c => c.Distance <= limit).OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault();
            return near.Name is null ? null : at.Path.Length == 0 ? near.Name : at.Path + "/" + near.Name;
        }
        return null;
    }

    // Edit distance in which upper and lower case are the same letter; anything above the limit is the limit and one.
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit || a.Length > 255 || b.Length > 255)
            return limit + 1;
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var best = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = best;
            }
        }
        return row[b.Length];
    }
}
