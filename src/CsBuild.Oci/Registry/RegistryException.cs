using System.Net;

namespace CsBuild.Oci.Registry;

/// <summary>Why a registry did not do what it was asked.</summary>
public enum RegistryFailure
{
    /// <summary>There is no such image, blob or repository.</summary>
    NotFound,

    /// <summary>It wants to know who asks, or does not believe it.</summary>
    Unauthorized,

    /// <summary>It knows who asks and refuses.</summary>
    Denied,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>No connection, no answer in time, or an answer that broke off, after all attempts.</summary>
    Unreachable,

    /// <summary>An answer that the protocol or our rules do not allow.</summary>
    Protocol,

    /// <summary>Bytes that are not those that were asked for.</summary>
    WrongContent,
}

/// <summary>One entry of a registry's own list of errors, cleaned of control characters and shortened.</summary>
public sealed record RegistryError(string Code, string Message);

/// <summary>A registry did not do what it was asked. The message says what was asked, of whom, and what it said.</summary>
public sealed class RegistryException : Exception
{
    internal RegistryException(RegistryFailure reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>What callers branch on.</summary>
    public RegistryFailure Reason { get; }

    /// <summary>The status of the answer, where there was one.</summary>
    public HttpStatusCode? Status { get; internal init; }

    /// <summary>The registry as in the image reference, for example <c>docker.io</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>For example <c>library/debian</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>What the registry itself said; often nothing.</summary>
    public IReadOnlyList<RegistryError> Errors { get; internal init; } = [];

    /// <summary>What the person may do about it, where that is known.</summary>
    public string? Hint { get; internal init; }

    /// <summary>True where the same request may succeed later.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>True where no connection came about at all.</summary>
    internal bool IsConnectFailure { get; init; }

    /// <summary>How long the registry asks to be left alone.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
