namespace CsBuild.Caching;

/// <summary>Names of parts of keys that explanations know.</summary>
internal static class KeyPart
{
    /// <summary>The chain ID of what is below the step.</summary>
    public const string Root = "root";

    /// <summary>A word of the command; several have this name.</summary>
    public const string Command = "command";

    /// <summary>Before the name of an environment variable.</summary>
    public const string Variable = "variable ";

    /// <summary>Before the target of a mount.</summary>
    public const string Mount = "mount ";

    /// <summary>The digest of the files that are copied; with a mount's target before it, of those that are mounted.</summary>
    public const string Files = "files";

    /// <summary>The name of the part with the files of a mount.</summary>
    public static string FilesOf(string mount) => $"{mount} {Files}";

    /// <summary>True for what says where files come from, where the files themselves were not looked at.</summary>
    public static bool IsDefinition(string name) => name is "from" or "source" or "owners" or "url" or "git" or "heredoc";

    /// <summary>True where the value names a <see cref="Explaining.FileList"/>.</summary>
    public static bool IsFiles(string name) => name == Files || (name.StartsWith(Mount, StringComparison.Ordinal) && name.EndsWith(" " + Files, StringComparison.Ordinal));
}
