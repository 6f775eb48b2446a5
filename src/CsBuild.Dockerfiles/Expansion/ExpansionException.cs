namespace CsBuild.Dockerfiles.Expansion;

/// <summary>A word that cannot be expanded, or whose expansion does not mean anything where it stands. The message says why in one line.</summary>
public sealed class ExpansionException : Exception
{
    internal ExpansionException(string message)
        : base(message)
    {
    }
}
