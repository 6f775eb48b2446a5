namespace CsBuild.Caching.Explaining;

/// <summary>Where a step stands in a Dockerfile, so that it is found again in the next build of it.</summary>
/// <param name="Platform">What it is built for.</param>
/// <param name="Stage">The stage's number in the file.</param>
/// <param name="StageName">Its name.</param>
/// <param name="Index">The step's number in the stage.</param>
/// <param name="Instruction">The instruction as written.</param>
public sealed record StepPlace(string Platform, int Stage, string StageName, int Index, string Instruction);

/// <summary>What a build did with a step, and why.</summary>
/// <param name="Place">Which step.</param>
/// <param name="Name">As progress output calls it.</param>
/// <param name="Outcome">What became of it; null where the build ended before it came to the step.</param>
public sealed record StepAccount(StepPlace Place, string Name, StepOutcome? Outcome)
{
    /// <summary>The base image of the stage with its digest, or null for none.</summary>
    public string? Base { get; init; }

    /// <summary>The parts of the step's key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parts { get; init; } = [];

    /// <summary>Why the step ran; empty where it did not. The first one is the one that matters most.</summary>
    public IReadOnlyList<MissReason> Reasons { get; init; } = [];
}
