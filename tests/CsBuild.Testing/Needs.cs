namespace CsBuild.Testing;

/// <summary>What a test needs of the machine; call these first in a <c>[SkippableFact]</c>. The reason is printed where it is skipped.</summary>
public static class Needs
{
    public static void Linux() => Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");

    public static void Root()
    {
        Linux();
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
    }

    /// <summary>The first of the given absolute paths that exists.</summary>
    public static string Program(params string[] paths)
    {
        var found = paths.FirstOrDefault(File.Exists);
        Skip.If(found is null, $"needs one of {string.Join(", ", paths)}");
        return found!;
    }
}
