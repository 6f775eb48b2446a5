namespace CsBuild.Dockerfiles.Parsing;

/// <summary>One <c>key=value</c> of a directive, and where its value starts in the line.</summary>
internal sealed record DirectiveLine(string Key, string Value, int ValueStart)
{
    /// <summary>Reads what stands behind the comment mark; null where it is no directive that we know.</summary>
    /// <param name="line">One line without its end.</param>
    /// <param name="start">Where the mark ends.</param>
    public static DirectiveLine? TryRead(string line, int start)
    {
        var equals = line.IndexOf('=', start);
        if (equals < 0)
            return null;
        var key = line[start..equals].Trim().ToLowerInvariant();
        var value = line[(equals + 1)..].Trim();
        if (key is not ("syntax" or "escape" or "check") || value.Length == 0)
            return null;
        return new DirectiveLine(key, value, line.IndexOf(value, equals + 1, StringComparison.Ordinal));
    }
}
