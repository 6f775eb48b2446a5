namespace CsBuild.Output;

/// <summary>The first thing in which two images of one build differ.</summary>
/// <param name="Part">The layer with its instruction, or the image config.</param>
/// <param name="Path">The file, or the member of the config.</param>
/// <param name="Field">What of it: content, mode, time of change and so on.</param>
/// <param name="First">What the one says.</param>
/// <param name="Second">What the other says.</param>
public sealed record ImageDifference(string Part, string Path, string Field, string First, string Second)
{
    /// <summary>On a line.</summary>
    public override string ToString() => $"{Part}: `{Path}`: {Field}: {First}, and then {Second}";
}
