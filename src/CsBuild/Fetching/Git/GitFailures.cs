namespace CsBuild.Fetching.Git;

/// <summary>What git's last words mean.</summary>
internal static class GitFailures
{
    private const int MaxShown = 1000;

    private static readonly string[] Transient =
    [
        "Could not resolve host", "Connection reset", "Connection timed out", "Operation timed out", "Failed to connect", "Connection refused",
        "early EOF", "RPC failed", "unexpected disconnect", "The remote end hung up unexpectedly", "returned error: 429", "returned error: 500", "returned error: 502",
        "returned error: 503", "returned error: 504", "Empty reply from server", "transfer closed",
    ];

    public static FetchException Of(GitRemote remote, string command, string error)
    {
        var said = Clean(error);
        var hint = Hint(remote, error);
        return new FetchException($"git {command} of {remote} failed: {said}", hint)
        {
            IsTransient = hint is null && Array.Exists(Transient, t => error.Contains(t, StringComparison.OrdinalIgnoreCase)),
        };
    }

    /// <summary>True where the server does not give out a commit by its id.</summary>
    public static bool IsNotGivenById(string error) =>
        error.Contains("not our ref", StringComparison.Ordinal)
        || error.Contains("unadvertised object", StringComparison.Ordinal)
        || error.Contains("couldn't find remote ref", StringComparison.Ordinal);

    /// <summary>True where the server cannot send a part of the history.</summary>
    public static bool IsNotShallow(string error) => error.Contains("shallow", StringComparison.Ordinal) || error.Contains("--depth", StringComparison.Ordinal);

    private static string? Hint(GitRemote remote, string error)
    {
        if (error.Contains("Host key verification failed", StringComparison.Ordinal))
            return $"the key of {remote.Host} is not known: put it into ~/.ssh/known_hosts";
        if (error.Contains("Permission denied", StringComparison.Ordinal) && remote.Scheme == "ssh")
            return "give an ssh agent with the key by --ssh default";
        if (error.Contains("could not read Username", StringComparison.Ordinal) || error.Contains("terminal prompts disabled", StringComparison.Ordinal)
            || error.Contains("Authentication failed", StringComparison.Ordinal) || error.Contains("returned error: 403", StringComparison.Ordinal))
            return $"give a token by --secret id=GIT_AUTH_TOKEN.{remote.Host},env=VARIABLE";
        return null;
    }

    private static string Clean(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var text = string.Concat(string.Join("; ", lines.TakeLast(5)).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxShown ? text[..MaxShown] + "…" : text.Length == 0 ? "it said nothing" : text;
    }
}
