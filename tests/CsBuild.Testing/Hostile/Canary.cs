using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace CsBuild.Testing.Hostile;

/// <summary>A tree outside all roots that nothing may change: names, bytes, modes, link counts and times are compared.</summary>
public sealed class Canary
{
    private readonly string _before;

    public Canary(string directory)
    {
        Path = directory;
        Directory.CreateDirectory(System.IO.Path.Combine(directory, "inner", "deep"));
        Write("file", "canary");
        Write("passwd", "root:x:0:0::/:/bin/sh\n");
        Write("inner/file", "inner");
        Write("inner/deep/setuid", "deep");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Inside("inner/deep/setuid"), (UnixFileMode)0x9ED);
            File.SetUnixFileMode(Inside("passwd"), (UnixFileMode)0x180);
        }
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).OrderDescending().Append(directory))
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(1_000_000_000));
        _before = Describe();
    }

    /// <summary>Absolute, without links.</summary>
    public string Path { get; }

    /// <summary>What tars say for it: <c>../../..</c> up to the root and down again.</summary>
    public string Climbing => string.Concat(Enumerable.Repeat("../", 24)) + Path.TrimStart('/');

    public void AssertUnchanged(string after) => Assert.True(_before == Describe(), $"after {after} the canary is\n{Describe()}\nand was\n{_before}");

    private string Inside(string relative) => System.IO.Path.Combine(Path, relative);

    private void Write(string relative, string text) => File.WriteAllText(Inside(relative), text);

    private string Describe()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Prepend(Path))
        {
            text.Append(path).Append(' ').Append(File.GetAttributes(path)).Append(' ').Append(File.GetLastWriteTimeUtc(path).Ticks);
            if (!OperatingSystem.IsWindows())
                text.Append(' ').Append(File.GetUnixFileMode(path));
            if (File.Exists(path))
                text.Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
            text.Append(CultureInfo.InvariantCulture, $" {Status(path)}\n");
        }
        return text.ToString();
    }

    // Link count, owner and change time, which the framework does not tell. Nothing is held open, so stat(1)'s way is enough.
    private static string Status(string path)
    {
        if (!OperatingSystem.IsLinux())
            return "";
        var buffer = new byte[256];
        return statx(-100, path, 0x100, 0x7FF, buffer) == 0 ? Convert.ToHexString(buffer.AsSpan(16, 48)) + Convert.ToHexString(buffer.AsSpan(96, 32)) : "gone";
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi)]
    private static extern int statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);
}
