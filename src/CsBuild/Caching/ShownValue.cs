using System.Globalization;
using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Caching;

/// <summary>
/// What records say of a part of a key. People pass passwords as build arguments; those shall not lie around in the
/// store for the sake of an explanation.
/// </summary>
internal static class ShownValue
{
    /// <summary>How a value that is not shown begins.</summary>
    public const string Hidden = "hidden ";

    private const int Longest = 512;
    private const int HashShown = 16;

    private static readonly string[] Telling = ["apikey", "auth", "credential", "credentials", "key", "password", "passwd", "pword", "secret", "token"];

    public static string Of(string name, string value)
    {
        if (value.Length > 0 && IsSecretName(name))
            return Hidden + Digest.Of(Encoding.UTF8.GetBytes(value)).Hex[..HashShown];
        return value.Length <= Longest
            ? value
            : string.Create(CultureInfo.InvariantCulture, $"{value.AsSpan(0, HashShown)}… ({value.Length} characters, {Digest.Of(Encoding.UTF8.GetBytes(value)).Hex[..HashShown]})");
    }

    // The words of a variable's name, apart at underscores: NPM_TOKEN, but not MONKEY.
    private static bool IsSecretName(string name)
    {
        if (!name.StartsWith(KeyPart.Variable, StringComparison.Ordinal) || name.Contains("public", StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = name.AsSpan(KeyPart.Variable.Length);
        foreach (var range in rest.Split('_'))
            foreach (var word in Telling)
                if (rest[range].Equals(word, StringComparison.OrdinalIgnoreCase))
                    return true;
        return false;
    }
}
