namespace CsBuild.Dockerfiles.Linting;

/// <summary>In which case a word is written.</summary>
internal static class Letters
{
    public static bool AnyUpper(ReadOnlySpan<char> word)
    {
        foreach (var character in word)
            if (char.IsUpper(character))
                return true;
        return false;
    }

    public static bool AnyLower(ReadOnlySpan<char> word)
    {
        foreach (var character in word)
            if (char.IsLower(character))
                return true;
        return false;
    }
}
