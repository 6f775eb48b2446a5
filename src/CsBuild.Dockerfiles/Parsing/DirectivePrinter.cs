using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Writes the lines at the top of a file.</summary>
internal static class DirectivePrinter
{
    public static void Append(StringBuilder output, ParserDirectives directives, bool isCommentNext)
    {
        var start = output.Length;
        if (directives.Syntax is not null)
            output.Append("# syntax=").Append(directives.Syntax).Append('\n');
        if (directives.Escape != '\\')
            output.Append("# escape=").Append(directives.Escape).Append('\n');
        if (directives.Check is { } check && Options(check) is { Length: > 0 } options)
            output.Append("# check=").Append(options).Append('\n');
        // A comment that follows must not be taken for a directive.
        if (isCommentNext || output.Length > start)
            output.Append('\n');
    }

    private static string Options(CheckOptions check)
    {
        var options = new List<string>();
        if (check.SkipAll || check.Skip.Count > 0)
            options.Add("skip=" + (check.SkipAll ? "all" : string.Join(',', check.Skip)));
        if (check.ExperimentalAll || check.Experimental.Count > 0)
            options.Add("experimental=" + (check.ExperimentalAll ? "all" : string.Join(',', check.Experimental)));
        if (check.Error)
            options.Add("error=true");
        // Only the third option may hold a semicolon.
        return string.Join(';', options.OrderBy(o => o.Contains(';', StringComparison.Ordinal)));
    }
}
