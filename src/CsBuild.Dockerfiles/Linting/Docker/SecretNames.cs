namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Whether a variable's name says that it holds a secret: one of its words, between underscores, does, and none takes that back.</summary>
internal static class SecretNames
{
    private static readonly string[] Secret = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];
    private static readonly string[] Harmless = ["public", "file", "version"];

    public static bool Matches(string name) => HasWord(name, Secret) && !HasWord(name, Harmless);

    private static bool HasWord(string name, string[] words)
    {
        for (int start = 0, end; start <= name.Length; start = end + 1)
        {
            end = name.IndexOf('_', start) is >= 0 and var found ? found : name.Length;
            foreach (var word in words)
                if (name.AsSpan(start..end).Equals(word, StringComparison.OrdinalIgnoreCase))
                    return true;
        }
        return false;
    }
}
