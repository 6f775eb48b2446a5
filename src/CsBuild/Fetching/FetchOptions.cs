namespace CsBuild.Fetching;

/// <summary>How URLs and repositories are reached.</summary>
public sealed record FetchOptions
{
    /// <summary>The most bytes of one download. Default: 64 GiB.</summary>
    public long MaxDownloadSize { get; init; } = 64L << 30;

    /// <summary>How long one call of git may take, however busy it is. Default: an hour.</summary>
    public TimeSpan GitTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The git program, absolute; null: the first of the usual places where it is root's and only root's to change.</summary>
    public string? GitProgram { get; init; }

    /// <summary>
    /// The file with the keys of known ssh hosts, besides the machine's <c>/etc/ssh/ssh_known_hosts</c>; null: none. A host
    /// that is in neither is refused.
    /// </summary>
    public string? KnownHostsFile { get; init; }

    /// <summary>Told one line for everything that a person should know although it is no error, such as a wait before another attempt.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Instead of the network, in tests.</summary>
    internal HttpMessageHandler? Transport { get; init; }

    /// <summary>Told the words of each call of git, in tests.</summary>
    internal Action<IReadOnlyList<string>>? GitStarts { get; init; }
}
