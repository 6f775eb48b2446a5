namespace CsBuild.Oci.Storage;

/// <summary>What a check looks at and what it does about what it finds.</summary>
public sealed record CheckOptions
{
    /// <summary>Remove what is damaged, so that the next build or pull makes it anew.</summary>
    public bool Repair { get; init; }

    /// <summary>Also read every file of the unpacked layers and compare it with the layer.</summary>
    public bool Deep { get; init; }
}

/// <summary>What a check found.</summary>
/// <param name="Files">How many files were read.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Problems">What is wrong, in the order of the paths.</param>
public sealed record StoreCheck(int Files, long Bytes, IReadOnlyList<StoreProblem> Problems)
{
    /// <summary>True where nothing is wrong, or nothing any more.</summary>
    public bool IsSound => Problems.All(p => p.IsRepaired);
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Subject">A path in the store, or the name of an image.</param>
/// <param name="Message">What is wrong, and what it means.</param>
/// <param name="IsRepaired">True where the damage was removed.</param>
public sealed record StoreProblem(string Subject, string Message, bool IsRepaired);
