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

    /// <summary>An ordinary user with a home and lent ids (/etc/subuid, /etc/subgid), and the programs that map them.</summary>
    public static (string Name, uint Uid) UserWithLentIds()
    {
        Root();
        Program("/usr/bin/newuidmap");
        Program("/usr/bin/newgidmap");
        var users =
            from line in File.ReadLines("/etc/passwd")
            let words = line.Split(':')
            where words.Length > 6 && uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture) is > 0 and < 60000
            where Lends("/etc/subuid", words[0]) && Lends("/etc/subgid", words[0])
            select (words[0], uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
        var found = users.FirstOrDefault();
        Skip.If(found.Item1 is null, "needs an ordinary user with 65536 ids in /etc/subuid and /etc/subgid: useradd NAME, where the package uidmap is");
        return found;
    }

    private static bool Lends(string file, string user) => File.Exists(file) && File.ReadLines(file)
        .Any(line => line.Split(':') is [var name, _, var count] && name == user && uint.TryParse(count, out var many) && many >= 65536);

    /// <summary>The first of the given absolute paths that exists.</summary>
    public static string Program(params string[] paths)
    {
        var found = paths.FirstOrDefault(File.Exists);
        Skip.If(found is null, $"needs one of {string.Join(", ", paths)}");
        return found!;
    }
}
