namespace CsBuild.Caching.Explaining;

/// <summary>Says what of a step's key is other than in the build before, the most telling first.</summary>
internal sealed class KeyComparison(StepAccount before, FileLists lists)
{
    private const int Longest = 160;
    private const int Context = 40;

    /// <summary>The differences; empty where there are none.</summary>
    /// <param name="parts">The parts now.</param>
    /// <param name="start">The base image now.</param>
    /// <param name="below">A step below that ran in this build, or null.</param>
    public IReadOnlyList<MissReason> To(IReadOnlyList<KeyValuePair<string, string>> parts, string? start, string? below)
    {
        var reasons = new List<MissReason>();
        foreach (var name in Names(parts))
        {
            string[] was = Values(before.Parts, name), now = Values(parts, name);
            if (name != KeyPart.Root && !was.SequenceEqual(now) && !IsOtherLevel(name, parts))
                reasons.Add(Difference(name, was, now));
        }
        // What is below comes last: where the step itself was changed, that is what somebody did.
        if (!Values(before.Parts, KeyPart.Root).SequenceEqual(Values(parts, KeyPart.Root)))
            reasons.Add(before.Base != start ? new MissReason(MissKind.Base, "base image", before.Base, start) : new MissReason(MissKind.Below, KeyPart.Root, null, below));
        return reasons;
    }

    private IEnumerable<string> Names(IReadOnlyList<KeyValuePair<string, string>> parts) =>
        parts.Concat(before.Parts).Select(p => p.Key).Distinct(StringComparer.Ordinal);

    // Of a step that was found by its definition (in a shared cache, say) the files are not known: that where they come
    // from is not in the key of their content is no difference.
    private bool IsOtherLevel(string name, IReadOnlyList<KeyValuePair<string, string>> parts) =>
        KeyPart.IsDefinition(name) && parts.Any(p => p.Key == KeyPart.Files) && !before.Parts.Any(p => p.Key == KeyPart.Files);

    private static string[] Values(IReadOnlyList<KeyValuePair<string, string>> parts, string name) =>
        [.. parts.Where(p => p.Key == name).Select(p => p.Value)];

    private MissReason Difference(string name, string[] was, string[] now)
    {
        if (KeyPart.IsFiles(name) && now is [var other])
            return was is [var old] ? FileDifference(name, old, other) : new MissReason(MissKind.Files, name, null, other);
        // Of the words of a command those that differ are enough.
        if (was.Length == now.Length && was.Length > 1)
        {
            var differing = Enumerable.Range(0, was.Length).Where(i => was[i] != now[i]).ToArray();
            (was, now) = ([.. differing.Select(i => was[i])], [.. differing.Select(i => now[i])]);
        }
        var (before, after) = (Joined(was), Joined(now));
        var start = before is null || after is null ? 0 : Math.Max(0, before.AsSpan().CommonPrefixLength(after) - Context);
        return new MissReason(MissKind.Changed, name, Excerpt(before, start), Excerpt(after, start));
    }

    private MissReason FileDifference(string name, string old, string other)
    {
        var reason = new MissReason(MissKind.Files, name, old, other);
        if (lists.Find(old) is not { } oldList || lists.Find(other) is not { } otherList)
            return reason;
        var differences = oldList.DifferencesTo(otherList).ToList();
        return reason with { FileCount = differences.Count, Files = [.. differences.Take(MissReason.MostFiles)] };
    }

    private static string? Joined(string[] values) => values.Length == 0 ? null : string.Join(' ', values);

    // Of a long text the part where the difference begins.
    private static string? Excerpt(string? text, int start)
    {
        if (text is null || text.Length <= Longest)
            return text;
        var rest = start == 0 ? text : "…" + text[start..];
        return rest.Length <= Longest ? rest : rest[..Longest] + "…";
    }
}
