using System.Diagnostics;

namespace CsBuild.Reliability.Tests;

/// <summary>Every file of a store damaged in turn (R6, R7), unpacked layers of another boot (R8).</summary>
[Collection("rigs")]
public sealed class DamageTests : RigTests
{
    private static readonly string[] Damages = ["flip", "truncate", "empty", "delete"];

    [SkippableFact, Trait("Rule", "R6"), Trait("Rule", "R7")]
    public void R6_R7_a_damaged_file_is_noticed_never_exported_and_healed_by_a_build_or_two()
    {
        var expected = Rig.Build();
        Directory.Move(Rig.Store, Rig["template"]);
        var files = Directory.GetFiles(Rig["template"], "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Rig["template"], f))
            .Where(f => !f.StartsWith("csbuild/unpacked", StringComparison.Ordinal) && new FileInfo(Path.Combine(Rig["template"], f)).Length > 0).ToArray();
        var cases = files.SelectMany(f => Damages.Select(d => (File: f, Damage: d))).ToArray();
        new Random(2).Shuffle(cases);
        var (unharmed, healed, told, repaired) = (0, 0, 0, 0);
        var clock = Stopwatch.StartNew();
        var done = 0;
        foreach (var (file, damage) in cases)
        {
            if (clock.Elapsed.TotalSeconds >= Rig.Seconds)
                break;
            done++;
            var context = $"{damage} {file}";
            Rig.Restore("template");
            Damage(Path.Combine(Rig.Store, file), damage);
            string[] arguments = [.. Rig.BuildArguments()[..^1], "-o", "type=oci,dest=" + Rig["out.tar"], Rig["context"]];
            var first = Rig.Run(Rig.Program, arguments);
            if (first.Code == 0)
            {
                Assert.True(expected == first.Output.Trim(), $"{context}: {first}");
                unharmed++;
            }
            else
            {
                Assert.True(first.Code is 2 or 4 or 5 or 7 && first.Error.Contains("damaged", StringComparison.Ordinal) | first.Error.Contains("missing", StringComparison.Ordinal) | first.Error.Contains("not in the store", StringComparison.Ordinal) | first.Error.Contains("layout version", StringComparison.Ordinal), $"{context}: {first}");
                told++;
                var second = Rig.Run(Rig.Program, arguments);
                if (second.Code == 0)
                {
                    Assert.Equal(expected, second.Output.Trim());
                    healed++;
                }
                else if (file != "csbuild/version")
                {
                    Rig.Tool("fsck", "--deep", "--repair");
                    var third = Rig.Run(Rig.Program, arguments);
                    Assert.True(third.Code == 0 && third.Output.Trim() == expected, $"{context}, repaired: {third}");
                    repaired++;
                }
            }
            File.Delete(Rig["out.tar"]);
            if (file == "csbuild/version" && first.Code != 0)
                continue;
            // The first build may not need what is damaged; a check finds it, and takes it out.
            Rig.Tool("fsck", "--deep", "--repair");
            Assert.Equal(expected, Rig.Build());
            Rig.AssertSound(context);
        }
        Rig.Report($"R6, R7: {done} of {cases.Length} damages to {files.Length} files: {unharmed} did no harm to a build, {told} were told, of those {healed} healed by the next build and {repaired} by fsck --repair; no wrong image");
    }

    [SkippableFact, Trait("Rule", "R8")]
    public void R8_unpacked_layers_of_another_boot_are_dropped_and_damaged_ones_are_found()
    {
        var expected = Rig.Build();
        foreach (var directory in Directory.GetDirectories(Rig["store/csbuild/unpacked"]))
        {
            File.WriteAllText(Path.Combine(directory, "boot"), "another boot");
            foreach (var file in Directory.GetFiles(Path.Combine(directory, "fs"), "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null))
                File.WriteAllText(file, "");
        }
        // As after a power cut; the steps run again on layers that are unpacked again.
        Directory.Delete(Rig["store/csbuild/cache"], recursive: true);
        Assert.Equal(expected, Rig.Build());
        Rig.AssertSound("after another boot");

        var busybox = Directory.GetFiles(Rig["store/csbuild/unpacked"], "busybox", SearchOption.AllDirectories).Single();
        File.WriteAllText(busybox, "");
        Assert.Equal(7, Rig.Tool("fsck").Code);
        Assert.Equal(0, Rig.Tool("fsck", "--repair").Code);
        Directory.Delete(Rig["store/csbuild/cache"], recursive: true);
        Assert.Equal(expected, Rig.Build());
    }

    private static void Damage(string path, string damage)
    {
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "flip":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "truncate":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "empty":
                bytes = [];
                break;
            default:
                File.Delete(path);
                return;
        }
        File.WriteAllBytes(path, bytes);
    }
}
