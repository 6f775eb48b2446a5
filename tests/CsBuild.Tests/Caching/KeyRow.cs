using CsBuild.Testing;

namespace CsBuild.Tests.Caching;

/// <summary>
/// One line of the table of what is in keys: two builds that differ in it and nothing else. The last step of the
/// second one is a miss where the thing counts, and a hit where it does not.
/// </summary>
/// <param name="Step">The table's first column.</param>
/// <param name="What">The thing, in the table's words.</param>
/// <param name="Counts">In the key, or not.</param>
public sealed record KeyRow(string Step, string What, bool Counts)
{
    public required Variant Before { get; init; }

    public required Variant After { get; init; }

    public string Name => $"{Step}: {What}";

    public override string ToString() => Name;
}

/// <summary>One of the two builds.</summary>
public sealed record Variant(string Dockerfile)
{
    /// <summary>What is done to the context before.</summary>
    public Action<TestBuild>? Prepare { get; init; }

    /// <summary>The options.</summary>
    public Func<BuildRequest, BuildRequest>? Request { get; init; }
}
