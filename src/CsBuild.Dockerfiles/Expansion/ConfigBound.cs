namespace CsBuild.Dockerfiles.Expansion;

/// <summary>How much all values together may come to. Each is bounded by itself, but a short file can have a hundred thousand.</summary>
public static class ConfigBound
{
    /// <summary>In characters: a config of more bytes cannot be read, and what instructions set is all in it.</summary>
    public const int MostCharacters = 4 << 20;

    /// <summary>What is said of an instruction with which it is exceeded.</summary>
    public static string Exceeded => $"with this instruction the image's config would have more than {MostCharacters} bytes, which is the most that is read";

    /// <summary>What is said where the arguments before the first stage exceed it.</summary>
    public static string ExceededByArguments => $"the arguments above the first FROM have values of more than {MostCharacters} characters";
}
