using System.Text.Json.Serialization;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux.Deputies;

/// <summary>Where a deputy works, and how.</summary>
/// <param name="Root">The store's directory.</param>
/// <param name="Init">The words that start this program.</param>
/// <param name="Options">What was asked for, with programs as this machine's root sees them.</param>
internal sealed record HelloMessage(string Root, IReadOnlyList<string> Init, DeputyOptions Options);

/// <summary>To make a snapshot real; its number is the request's.</summary>
internal sealed record PrepareMessage(Snapshot Parent);

/// <summary>To run a command in a prepared snapshot.</summary>
internal sealed record RunMessage(int Snapshot, SandboxSpec Spec);

/// <summary>To make a layer of what was changed.</summary>
internal sealed record CommitMessage(int Snapshot, UnixTime? ClampTo);

/// <summary>A layer that is in the store.</summary>
internal sealed record LayerMessage(Layer Layer);

/// <summary>Why a request came to nothing.</summary>
internal sealed record FailureMessage(FailureKind Kind, string Text, string? Hint, bool IsOfTheStep = false)
{
    /// <summary>Says it of an exception.</summary>
    public static FailureMessage Of(Exception problem) => problem switch
    {
        SandboxException sandbox => new FailureMessage(FailureKind.Sandbox, sandbox.Message, sandbox.Hint, sandbox.IsOfTheStep),
        OperationCanceledException => new FailureMessage(FailureKind.Canceled, problem.Message, null),
        InvalidDataException => new FailureMessage(FailureKind.Data, problem.Message, null),
        _ when DiskFullException.Is(problem) => new FailureMessage(FailureKind.DiskFull, problem.Message, null),
        IOException or UnauthorizedAccessException => new FailureMessage(FailureKind.Other, problem.Message, null),
        OutOfMemoryException or TaskSchedulerException => new FailureMessage(FailureKind.NoMemory, problem.Message, null),
        _ => new FailureMessage(FailureKind.Defect, problem.ToString(), null),
    };

    /// <summary>The exception that says it here. A defect there is none of the store's failures, whatever ended the request.</summary>
    public Exception ToException() => Kind switch
    {
        FailureKind.Sandbox => new SandboxException(Text, Hint) { IsOfTheStep = IsOfTheStep },
        FailureKind.Canceled => new OperationCanceledException(Text),
        FailureKind.Data => new InvalidDataException(Text),
        FailureKind.DiskFull => new IOException(Text, Interop.Errno.ENOSPC),
        FailureKind.Other => new IOException(Text),
        FailureKind.NoMemory => new InsufficientMemoryException(Text),
        _ => new InvalidOperationException($"in the process that runs steps: {Text}"),
    };
}

/// <summary>Which exception says it on the builder's side.</summary>
internal enum FailureKind
{
    None,
    Sandbox,
    Canceled,
    Data,
    DiskFull,
    Other,
    NoMemory,
    Defect,
}

/// <summary>The messages as JSON.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(ByteTextConverter), typeof(LayerConverter), typeof(SnapshotConverter), typeof(MountConverter)])]
[JsonSerializable(typeof(HelloMessage))]
[JsonSerializable(typeof(PrepareMessage))]
[JsonSerializable(typeof(RunMessage))]
[JsonSerializable(typeof(CommitMessage))]
[JsonSerializable(typeof(LayerMessage))]
[JsonSerializable(typeof(SandboxExit))]
[JsonSerializable(typeof(FailureMessage))]
[JsonSerializable(typeof(SandboxMount.Bind))]
[JsonSerializable(typeof(SandboxMount.Cache))]
[JsonSerializable(typeof(SandboxMount.Tmpfs))]
[JsonSerializable(typeof(SandboxMount.MemoryFile))]
[JsonSerializable(typeof(SandboxMount.SshAgent))]
[JsonSerializable(typeof(SandboxMount.HostPath))]
internal sealed partial class MessageJson : JsonSerializerContext;
