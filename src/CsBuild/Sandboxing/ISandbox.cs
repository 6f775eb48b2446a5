using CsBuild.Oci.Layers;
using CsBuild.Snapshots;

namespace CsBuild.Sandboxing;

/// <summary>The port through which RUN reaches a real root file system. Steps may use it at the same time.</summary>
public interface ISandbox
{
    /// <summary>Makes <paramref name="parent"/> real, ready to be changed by one step.</summary>
    /// <exception cref="SandboxException">This machine cannot do it; the message says what is missing.</exception>
    Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken);
}

/// <summary>A snapshot that one step may change. Disposing discards what was not committed and releases every mount.</summary>
public interface IActiveSnapshot : IAsyncDisposable
{
    /// <summary>
    /// Runs a command to its end. When the task ends, in whatever way, no process of the step is left. Cancelling
    /// kills the step.
    /// </summary>
    /// <exception cref="SandboxException">The command could not be started at all.</exception>
    Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken);

    /// <summary>
    /// Freezes what was changed as a layer in the store: an empty one where nothing was. Times later than
    /// <paramref name="clampTo"/> are lowered to it.
    /// </summary>
    Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken);
}

/// <summary>Takes what a step prints, in the order in which it comes. Called by one thread at a time.</summary>
public interface ISandboxOutput
{
    /// <summary>Takes some bytes; they are only valid during the call.</summary>
    void Write(SandboxStream stream, ReadOnlySpan<byte> bytes);
}

/// <summary>Which of its two outputs a step wrote to.</summary>
public enum SandboxStream
{
    /// <summary>Descriptor 1.</summary>
    Output = 1,

    /// <summary>Descriptor 2.</summary>
    Error = 2,
}

/// <summary>How a step ended.</summary>
/// <param name="Code">The exit status; 128 + signal where a signal ended it.</param>
/// <param name="Signal">The signal's number, or null.</param>
/// <param name="OutOfMemory">Not null where the kernel ended it for want of memory.</param>
public sealed record SandboxExit(int Code, int? Signal = null, OutOfMemory? OutOfMemory = null);

/// <summary>A step that was ended for want of memory.</summary>
/// <param name="Limit">Bytes that it was allowed, or null where the machine itself had no more.</param>
/// <param name="Peak">Bytes that it used at most, or null where that was not counted.</param>
public sealed record OutOfMemory(long? Limit, long? Peak);

/// <summary>The sandbox is not possible here, or a step could not be started.</summary>
public sealed class SandboxException : Exception
{
    /// <summary>Makes an exception; <paramref name="hint"/> says what the user can do.</summary>
    public SandboxException(string message, string? hint = null, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>True where it is about the Dockerfile or the image, and every machine would say so.</summary>
    public bool IsOfTheStep { get; init; }
}
