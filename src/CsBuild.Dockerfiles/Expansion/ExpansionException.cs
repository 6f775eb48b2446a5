namespace CsBuild.Dockerfiles.Expansion;

/// <summary>A word that cannot be expanded, or whose expansion does not mean anything where it stands. The message says why in one line.</summary>
public sealed class ExpansionException : Exception
{
    internal ExpansionException(string message, string? unset = null)
        : base(message) => Unset = unset;

    /// <summary>The variable that must have a value here and has none; null where something else is wrong.</summary>
    public string? Unset { get; }
}
