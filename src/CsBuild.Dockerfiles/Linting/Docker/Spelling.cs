namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>BuildKit's idea of what somebody may have meant: at most two edits away, case and order of the candidates count.</summary>
internal sealed class Spelling
{
    private const int TooFar = 3;
    private const int MaxLength = 64;

    // Names times candidates would be quadratic in a file that is made to hurt.
    private int _left = 20_000;

    /// <summary>The first of the nearest candidates, or null; null too where the word itself is one of them.</summary>
    public string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length > MaxLength)
            return null;
        string? best = null;
        var least = TooFar;
        foreach (var candidate in candidates)
        {
            if (candidate == word)
                return null;
            if (Math.Abs(candidate.Length - word.Length) >= least || _left-- <= 0)
                continue;
            var distance = Distance(word, candidate);
            if (distance < least)
                (best, least) = (candidate, distance);
        }
        return best;
    }

    private static int Distance(string left, string right)
    {
        Span<int> row = stackalloc int[MaxLength + TooFar + 1];
        for (var j = 0; j <= right.Length; j++)
            row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, replaced);
                diagonal = above;
            }
        }
        return row[right.Length];
    }
}
