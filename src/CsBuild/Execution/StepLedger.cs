using System.Collections.Concurrent;
using CsBuild.Caching;
using CsBuild.Caching.Explaining;
using CsBuild.Oci.Model;

namespace CsBuild.Execution;

/// <summary>
/// Keeps account of a build's steps, and tells from the account of the build before why one must run. That account is
/// read when the first step misses; a build that has nothing to do only sees that its own account is there already.
/// </summary>
internal sealed class StepLedger(BuildAccounts accounts, FileLists lists, string identity)
{
    private readonly ConcurrentDictionary<StepPlace, StepAccount> _steps = new();
    private readonly ConcurrentDictionary<Digest, string> _ran = new();
    private readonly Lazy<BuildAccount?> _before = new(() => accounts.Of(identity));

    /// <summary>A step was found in the cache.</summary>
    public void Cached(StepName name, IReadOnlyList<KeyValuePair<string, string>> parts) => Enter(name, StepOutcome.Cached, parts, []);

    /// <summary>A step is about to run: says why, and keeps what it reads for the next time.</summary>
    /// <param name="step">The step.</param>
    /// <param name="key">The most exact of its keys.</param>
    /// <param name="asked">Which option wants it to run; null for none.</param>
    /// <param name="cancellationToken">Ends the listing of files.</param>
    public async Task<IReadOnlyList<MissReason>> ExplainAsync(IStep step, CacheKey key, string? asked, CancellationToken cancellationToken)
    {
        await foreach (var (digest, files) in step.ListFilesAsync(cancellationToken).ConfigureAwait(false))
            if (files is not null)
                lists.Keep(digest, files);
        var name = step.Name;
        var reasons = asked is null ? Compare(name, key) : [new MissReason(MissKind.Asked, asked)];
        _ran[name.Id] = name.Text;
        // What it ends as is told by Ended; a build that is killed tells nothing.
        Enter(name, StepOutcome.Failed, key.Parts, reasons);
        return reasons;
    }

    /// <summary>A step that ran has ended.</summary>
    public void Ended(StepName name, StepOutcome outcome)
    {
        if (_steps.TryGetValue(name.Place, out var account))
            _steps[name.Place] = account with { Outcome = outcome };
    }

    /// <summary>
    /// Keeps the account. What a build that failed did not come to stands in it as the build before left it, so that the
    /// next one can be explained all the same.
    /// </summary>
    public void Keep(bool isWhole)
    {
        var steps = _steps.Values.ToList();
        if (!isWhole && _before.Value is { } before)
            steps.AddRange(before.Steps.Where(s => !_steps.ContainsKey(s.Place)).Select(s => s with { Outcome = null, Reasons = [] }));
        steps.Sort((a, b) => Order(a.Place, b.Place));
        accounts.Keep(identity, new BuildAccount(steps));
    }

    private IReadOnlyList<MissReason> Compare(StepName name, CacheKey key)
    {
        if (_before.Value is not { } before)
            return [new MissReason(MissKind.FirstBuild)];
        if (before.Find(name.Place) is not { } same)
            return [new MissReason(MissKind.NewStep)];
        var below = name.Below.Select(b => _ran.GetValueOrDefault(b)).FirstOrDefault(b => b is not null);
        var reasons = new KeyComparison(same, lists).To(key.Parts, name.Base, below);
        return reasons.Count > 0 ? reasons
            : [new MissReason(same.Outcome is StepOutcome.Failed or StepOutcome.Canceled ? MissKind.Failed : MissKind.Lost)];
    }

    private void Enter(StepName name, StepOutcome outcome, IReadOnlyList<KeyValuePair<string, string>> parts, IReadOnlyList<MissReason> reasons) =>
        _steps[name.Place] = new StepAccount(name.Place, name.Text, outcome) { Base = name.Base, Parts = parts, Reasons = reasons };

    private static int Order(StepPlace a, StepPlace b)
    {
        var byPlatform = string.CompareOrdinal(a.Platform, b.Platform);
        if (byPlatform != 0)
            return byPlatform;
        return a.Stage != b.Stage ? a.Stage.CompareTo(b.Stage) : a.Index != b.Index ? a.Index.CompareTo(b.Index) : string.CompareOrdinal(a.Instruction, b.Instruction);
    }
}
