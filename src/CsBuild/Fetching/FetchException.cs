namespace CsBuild.Fetching;

/// <summary>A URL or a repository that could not be fetched, or whose bytes were not those that were asked for.</summary>
public sealed class FetchException : Exception
{
    internal FetchException(string message, string? hint = null, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>True where the same request may succeed later.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>How long the server asks to be left alone.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
