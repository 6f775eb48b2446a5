using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// The power goes (R2): an ext4 or xfs on a loop device is shut down at a random moment without its log being flushed, and
/// mounted again. Unpacked layers are told that the machine was started anew, as it would have been.
/// </summary>
[Collection("rigs")]
public sealed partial class PowerTests : RigTests
{
    // EXT4_IOC_SHUTDOWN, and its flag EXT4_GOING_FLAGS_NOLOGFLUSH; XFS_IOC_GOINGDOWN is the same. See include/uapi/linux/ext4.h.
    private const uint Shutdown = 0x8004587d;
    private const uint WithoutLog = 2;

    [SkippableTheory, Trait("Rule", "R2")]
    [InlineData("ext4", 128)]
    [InlineData("xfs", 400)]
    public void R2_after_a_power_cut_a_tag_is_old_or_new_and_what_succeeded_is_there(string fileSystem, int mebibytes)
    {
        var mkfs = Needs.Program("/sbin/mkfs." + fileSystem, "/usr/sbin/mkfs." + fileSystem, "/usr/local/sbin/mkfs." + fileSystem);
        var mount = Needs.Program("/bin/mount", "/usr/bin/mount");
        var umount = Needs.Program("/bin/umount", "/usr/bin/umount");
        var losetup = Needs.Program("/sbin/losetup", "/usr/sbin/losetup");
        Directory.CreateDirectory(Rig["disk"]);
        using (var image = File.Create(Rig["image"]))
            image.SetLength((long)mebibytes << 20);
        Assert.Equal(0, Rig.Run(mkfs, ["-q", fileSystem == "xfs" ? "-f" : "-F", Rig["image"]]).Code);
        var store = Rig["disk/store"];
        string[] expected = ["", Rig.Build(Rig["undisturbed"])];
        Rig.Edit("2");
        expected = [Rig.Build(Rig["undisturbed"]), expected[1]];
        Mount();
        try
        {
            Rig.Edit("1");
            Rig.Build(store);
            var chance = new Random(3);
            var clock = Stopwatch.StartNew();
            var (cuts, succeeded, olds) = (0, 0, 0);
            var named = expected[1];
            for (; Rig.Rounds is { } most ? cuts < most : clock.Elapsed.TotalSeconds < Rig.Seconds; cuts++)
            {
                var version = cuts % 2;
                Rig.Edit(version == 1 ? "1" : "2");
                // Everything is made again, so that there is something to lose.
                string[] arguments = ["--no-cache", .. Rig.BuildArguments(store)];
                var wait = chance.NextDouble() * 1200;
                var ran = Rig.Run(Rig.Program, arguments, process =>
                {
                    process.WaitForExit(TimeSpan.FromMilliseconds(wait));
                    Cut(Rig["disk"]);
                    process.Kill();
                });
                Assert.Equal(0, Rig.Run(umount, [Rig["disk"]]).Code);
                // A step that dies holds the file system in a namespace of its own; mounted again it would be the same one.
                for (var i = 0; i < 500 && Rig.Run(losetup, ["-j", Rig["image"]]).Output.Length > 0; i++)
                    Thread.Sleep(20);
                Mount();
                foreach (var boot in Directory.Exists(store + "/csbuild/unpacked") ? Directory.GetDirectories(store + "/csbuild/unpacked") : [])
                    File.WriteAllText(Path.Combine(boot, "boot"), "before the power cut");

                var images = Rig.Run(Rig.Program, ["images", "--format", "json", "--root", store]);
                if (ran.Code == 0)
                {
                    succeeded++;
                    named = ran.Output.Trim();
                    Assert.Equal(expected[version], named);
                    Assert.True(images.Output.Contains(named, StringComparison.Ordinal), $"cut after {wait:0} ms: success was told, and the tag is lost: {images}");
                }
                Assert.True(images.Output.Contains(named, StringComparison.Ordinal) || images.Output.Contains(expected[version], StringComparison.Ordinal), $"cut after {wait:0} ms: {images}");
                if (images.Output.Contains(named, StringComparison.Ordinal))
                    olds++;
                else
                    named = expected[version];
                // Records, indexes and the like were not flushed and may be torn: they say so, and are made again. Nothing else is.
                var check = Rig.Run(Rig.Program, ["fsck", "--root", store]);
                Assert.DoesNotContain("blobs/", check.Output, StringComparison.Ordinal);
                Assert.DoesNotContain("index.json", check.Output, StringComparison.Ordinal);
                Assert.DoesNotContain("is not whole", check.Output, StringComparison.Ordinal);
                Assert.Equal(expected[version], named = Rig.Build(store));
                Assert.Empty(Directory.GetFileSystemEntries(store + "/csbuild/tmp"));
            }
            Rig.Report($"R2 on {fileSystem}: {cuts} power cuts, {succeeded} after success was told: all of those tags there; {olds} times the tag was as before; no damaged blob, no broken image, every next build right");
        }
        finally
        {
            Rig.Run(umount, [Rig["disk"]]);
        }

        void Mount()
        {
            var ran = Rig.Run(mount, ["-o", fileSystem == "ext4" ? "loop,commit=60" : "loop", Rig["image"], Rig["disk"]]);
            Skip.IfNot(ran.Code == 0, "cannot mount a loop device");
        }
    }

    private static unsafe void Cut(string directory)
    {
        var descriptor = Open(directory, 0x10000, 0);
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Assert.False(handle.IsInvalid);
        var flags = WithoutLog;
        Assert.Equal(0, Ioctl(descriptor, Shutdown, &flags));
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Ioctl(int descriptor, nuint request, uint* argument);
}
