using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>What is known of a stage at one of its instructions.</summary>
internal sealed class StageFacts
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>A stage on top of an image, or of nothing.</summary>
    public StageFacts(Stage stage, string os, BaseImageFacts? image)
    {
        Stage = stage;
        Os = os;
        Triggers = image?.OnBuild ?? [];
        IsBaseKnown = image is not null;
        foreach (var line in image?.Environment ?? [])
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                Values.Set(line[..equals], line[(equals + 1)..]);
        }
        if (os != "windows" && Values.Lookup("PATH") is null)
            Values.Set("PATH", DefaultPath);
        HasShell = image?.HasShell == true;
    }

    /// <summary>A stage on top of another.</summary>
    public StageFacts(Stage stage, StageFacts parent)
    {
        Stage = stage;
        Triggers = [.. parent.Stage.Instructions.OfType<OnbuildInstruction>().Select(o => o.Trigger)];
        Os = parent.Os;
        IsBaseKnown = parent.IsBaseKnown;
        Values = new Variables(parent.Values);
        Declared.UnionWith(parent.Declared);
        HasWorkdir = parent.HasWorkdir;
        HasShell = parent.HasShell;
        _size = parent._size;
    }

    private long _size;

    public Stage Stage { get; }

    /// <summary>What the base wants to have run before the stage's own instructions.</summary>
    public IReadOnlyList<string> Triggers { get; }

    public string Os { get; }

    /// <summary>False where the image below may set variables that we do not know of.</summary>
    public bool IsBaseKnown { get; }

    public Variables Values { get; } = new();

    /// <summary>The names of the ARGs so far, with or without a value.</summary>
    public HashSet<string> Declared { get; } = new(StringComparer.Ordinal);

    /// <summary>A WORKDIR stands in the file.</summary>
    public bool HasWorkdir { get; set; }

    public bool HasShell { get; set; }

    /// <summary>Counts what an instruction puts into the config; a few short lines can ask for gigabytes.</summary>
    /// <exception cref="ExpansionException">It is more than a config can have.</exception>
    public string Counted(string value)
    {
        _size += value.Length;
        return _size <= ConfigBound.MostCharacters ? value : throw new ExpansionException(ConfigBound.Exceeded);
    }

    /// <summary>The instructions of which only the last one counts, by keyword.</summary>
    public Dictionary<string, Instruction> Last { get; } = new(StringComparer.Ordinal);
}
