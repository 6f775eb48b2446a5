namespace CsBuild.Testing.Hostile;

/// <summary>What becomes of an archive that means no good.</summary>
public enum Fate
{
    /// <summary>It is read and does no harm: what it says leads nowhere but into the root.</summary>
    Harmless,

    /// <summary>Every door refuses it.</summary>
    Refused,

    /// <summary>Each archive can be read; put on top of each other as layers they make no tree.</summary>
    RefusedAsLayers,
}

/// <summary>An archive, or several that are layers of one image, lowest first.</summary>
/// <param name="Name">What it tries.</param>
/// <param name="Layers">Plain tars, or compressed.</param>
/// <param name="Fate">What must become of it.</param>
public sealed record HostileArchive(string Name, IReadOnlyList<byte[]> Layers, Fate Fate)
{
    public override string ToString() => Name;
}
