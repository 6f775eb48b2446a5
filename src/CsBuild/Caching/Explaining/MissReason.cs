namespace CsBuild.Caching.Explaining;

/// <summary>A reason for which a step had to run.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Component">What of the step's key is meant, for example <c>variable V</c>, <c>command</c> or <c>files</c>; empty where it is about none.</param>
/// <param name="Before">Its value in the build before, or null where it had none.</param>
/// <param name="After">Its value now, or null.</param>
public sealed record MissReason(MissKind Kind, string Component = "", string? Before = null, string? After = null)
{
    /// <summary>The most files that are named.</summary>
    public const int MostFiles = 20;

    /// <summary>The files that differ and how, at most <see cref="MostFiles"/>: <c>src/a.cs: content</c>.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>How many files differ.</summary>
    public int FileCount { get; init; }

    /// <summary>The reason in words.</summary>
    public override string ToString() => Kind switch
    {
        MissKind.FirstBuild => "no earlier build of this Dockerfile and context is known",
        MissKind.NewStep => "the build before had no such step",
        MissKind.Asked => $"{Component} asks for it",
        MissKind.Failed => "it failed in the build before, and failures are not kept",
        MissKind.Lost => "all of it is as before, but its result is no longer in the store",
        MissKind.Base => $"base image: {Before ?? "none"} → {After ?? "none"}",
        MissKind.Below => After is null ? "the layers below it are others" : $"what is below it was made anew by {After}",
        MissKind.Files => FileText(),
        _ => (Before, After) switch
        {
            (null, _) => $"{Component}: new, `{After}`",
            (_, null) => $"{Component}: gone, was `{Before}`",
            _ when Before.StartsWith(ShownValue.Hidden, StringComparison.Ordinal) => $"{Component}: another value (not shown)",
            _ => $"{Component}: `{Before}` → `{After}`",
        },
    };

    private string FileText()
    {
        if (FileCount == 0)
            return $"{Component}: other files, or named otherwise";
        var more = FileCount > Files.Count ? $", and {FileCount - Files.Count} more" : "";
        return $"{Component}: {FileCount} changed: {string.Join(", ", Files)}{more}";
    }
}

/// <summary>Kinds of <see cref="MissReason"/>.</summary>
public enum MissKind
{
    /// <summary>A part of the key has another value.</summary>
    Changed,

    /// <summary>The files that the step reads are others.</summary>
    Files,

    /// <summary>The base image is another one.</summary>
    Base,

    /// <summary>A step below it made something else.</summary>
    Below,

    /// <summary>The build before had no such step.</summary>
    NewStep,

    /// <summary>There was no build before that is known.</summary>
    FirstBuild,

    /// <summary>The caller wants the step to run.</summary>
    Asked,

    /// <summary>It failed, or was stopped, in the build before.</summary>
    Failed,

    /// <summary>The result has been pruned, or was lost.</summary>
    Lost,
}
