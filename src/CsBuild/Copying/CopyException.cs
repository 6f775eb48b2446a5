namespace CsBuild.Copying;

/// <summary>A COPY or ADD that cannot be done: a missing source, or something in the way.</summary>
public sealed class CopyException : Exception
{
    internal CopyException(string message, string? hint = null, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }
}
