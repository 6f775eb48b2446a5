using System.Diagnostics;
using CsBuild.Linux.Files;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

public sealed class StoreFoldersTests
{
    [SkippableFact]
    public void Trees_of_steps_are_spread_over_a_disk_that_can_spread_them()
    {
        using var directory = new TempDirectory();
        var plain = Attributes(Directory.CreateDirectory(directory["plain"]).FullName);
        Skip.If(plain is null, "lsattr is not installed, or the file system has no attributes");

        var folders = new StoreFolders(directory["store"]);

        Skip.If(new DriveInfo(folders.Run).DriveFormat is not ("ext4" or "ext3"), "the temporary directory is not on ext4");
        Assert.DoesNotContain('T', plain);
        Assert.Contains('T', Attributes(folders.Run)!);
    }

    private static string? Attributes(string path)
    {
        const string Program = "/usr/bin/lsattr";
        if (!File.Exists(Program))
            return null;
        using var listing = Process.Start(new ProcessStartInfo(Program, ["-d", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = listing.StandardOutput.ReadToEnd();
        listing.WaitForExit();
        return listing.ExitCode == 0 ? text.Split(' ')[0] : null;
    }
}
