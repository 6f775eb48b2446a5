namespace CsBuild.Caching.Explaining;

/// <summary>What a build did, step by step, in the order of the Dockerfile.</summary>
public sealed record BuildAccount(IReadOnlyList<StepAccount> Steps)
{
    /// <summary>
    /// The step that <paramref name="wanted"/> means in this account, where Dockerfiles may differ: one with the same text
    /// in the same stage (of equal ones the nearest), else the one at the same place; null where there is neither.
    /// </summary>
    internal StepAccount? Find(StepPlace wanted)
    {
        StepAccount? same = null, there = null;
        foreach (var step in Steps)
        {
            var place = step.Place;
            if (place.Platform != wanted.Platform || place.StageName != wanted.StageName)
                continue;
            if (place.Index == wanted.Index)
                there = step;
            if (place.Instruction == wanted.Instruction && (same is null || Math.Abs(place.Index - wanted.Index) < Math.Abs(same.Place.Index - wanted.Index)))
                same = step;
        }
        return same ?? there;
    }
}
