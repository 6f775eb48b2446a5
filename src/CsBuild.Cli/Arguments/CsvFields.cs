using System.Text;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>The comma-separated values of --output, --secret and others; a field in double quotes may hold commas.</summary>
internal static class CsvFields
{
    public static IReadOnlyList<string> Split(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"' && (quoted || field.Length == 0))
                quoted = !quoted;
            else if (c == ',' && !quoted)
                Take(fields, field);
            else
                field.Append(c);
        }
        if (quoted)
            throw new UsageException($"`{text}` has a quote that is not closed");
        Take(fields, field);
        return fields;
    }

    /// <summary>All fields as <c>key=value</c>, keys in lower case.</summary>
    public static IReadOnlyList<(string Key, string Value)> Pairs(string text) =>
    [
        .. Split(text).Select(field => field.Split('=', 2) is [var key, var value]
            ? (key.Trim().ToLowerInvariant(), value)
            : throw new UsageException($"invalid field '{field}' must be a key=value pair")),
    ];

    private static void Take(List<string> fields, StringBuilder field)
    {
        fields.Add(field.ToString());
        field.Clear();
    }
}
