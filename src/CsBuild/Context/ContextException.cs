namespace CsBuild.Context;

/// <summary>A build context, a Dockerfile or an ignore file that cannot be read or understood.</summary>
public sealed class ContextException : Exception
{
    internal ContextException(string message, string? hint = null, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }
}
