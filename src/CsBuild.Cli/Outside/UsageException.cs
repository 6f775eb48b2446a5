namespace CsBuild.Cli.Outside;

/// <summary>The command line makes no sense. Nothing has been done yet.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}
