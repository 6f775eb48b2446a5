namespace CsBuild.Cli.Commands;

/// <summary>Rows in columns that are as wide as their widest cell, as Docker prints them.</summary>
internal static class Table
{
    public static void Write(TextWriter writer, IReadOnlyList<string[]> rows, int gap = 3)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
            writer.WriteLine(string.Concat(row.Select((cell, c) => cell.PadRight(widths[c] + gap))).TrimEnd());
    }
}
