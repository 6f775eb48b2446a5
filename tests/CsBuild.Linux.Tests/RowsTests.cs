using System.Runtime.CompilerServices;

namespace CsBuild.Linux.Tests;

/// <summary>
/// Rows.md names the test for each row of the scorecard that is about steps, for root and for ordinary users. A row
/// that cannot run says why; nothing is passed over in silence.
/// </summary>
public sealed class RowsTests
{
    private static readonly string[] Wanted =
        ["S11", .. Enumerable.Range(13, 22).Select(number => $"S{number}"), .. Enumerable.Range(33, 6).Select(number => $"R{number}")];

    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var line in File.ReadLines(Table()).Skip(2))
            if (line.Split('|', StringSplitOptions.TrimEntries) is [_, var row, var root, var user, ..])
                rows.Add(row, root, user);
        return rows;
    }

    [Fact]
    public void Every_row_is_there_once() =>
        Assert.Equal(Wanted, Rows().Select(row => ((object[])row)[0]));

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void A_row_names_tests_that_are_there_or_says_why_not(string row, string root, string user)
    {
        foreach (var cell in (string[])[root, user])
        {
            if (cell.StartsWith("not run: ", StringComparison.Ordinal))
                continue;
            foreach (var name in cell.Split(", "))
            {
                var (type, method) = name.Split('.', 2) is [var t, var m] ? (t, m) : throw new FormatException($"{row}: {name}");
                Assert.True(GetType().Assembly.GetTypes().Any(c => c.Name == type && c.GetMethod(method) is not null), $"{row}: {name} is not there");
            }
        }
        Skip.If(root.StartsWith("not run: ", StringComparison.Ordinal), $"{row} as root {root}");
        Skip.If(user.StartsWith("not run: ", StringComparison.Ordinal), $"{row} as an ordinary user {user}");
    }

    /// <summary>The tests of the second column, each once: <c>Class.Method</c>.</summary>
    public static IEnumerable<string> OfOrdinaryUsers() => Rows().Select(row => (string)((object[])row)[2])
        .Where(cell => cell.Length > 0 && !cell.StartsWith("not run: ", StringComparison.Ordinal)).SelectMany(cell => cell.Split(", ")).Distinct(StringComparer.Ordinal)
        // these become such a user themselves
        .Where(test => !test.StartsWith("RootlessTests.", StringComparison.Ordinal));

    internal static string Table([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Rows.md");
}
