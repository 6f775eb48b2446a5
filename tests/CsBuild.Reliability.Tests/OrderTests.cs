using CsBuild.Oci.Model;

namespace CsBuild.Reliability.Tests;

/// <summary>The order of flushes and names, from a trace of the system calls (R3).</summary>
[Collection("rigs")]
public sealed class OrderTests : RigTests
{
    [SkippableFact, Trait("Rule", "R3")]
    public void R3_nothing_has_a_name_before_its_bytes_are_on_disk_and_success_comes_after_the_name_is()
    {
        var trace = Trace();
        var check = new OrderCheck(Rig.Store, Needed());
        Assert.Empty(check.Run(trace));
        Assert.True(check.Blobs >= 8, $"{check.Blobs} blobs");
        // The new store's list, and the tag.
        Assert.Equal(2, check.Tags);

        // The same calls in a wrong order are found, each of them.
        var blobs = Rig["store/blobs/sha256"];
        var tag = trace.FindLastIndex(l => l.Contains($", \"{Rig.Store}/index.json\"", StringComparison.Ordinal));
        var needed = Needed();
        var lastName = trace.FindLastIndex(l => needed.Any(n => l.Contains($", \"{blobs}/{n}\"", StringComparison.Ordinal)));
        var namesFlushed = trace.FindLastIndex(l => l.Contains("sync(", StringComparison.Ordinal) && l.Contains($"<{blobs}>", StringComparison.Ordinal));
        var unnamed = trace.First(l => l.Contains($", \"{blobs}/", StringComparison.Ordinal)).Split('"')[1];
        var bytesFlushed = trace.FindIndex(l => l.Contains("sync(", StringComparison.Ordinal) && l.Contains($"<{unnamed}>", StringComparison.Ordinal));
        AssertFault("a tag before the name of a blob", Moved(trace, tag, 0));
        AssertFault("a tag before the name of a blob", Moved(trace, lastName, trace.Count - 1));
        AssertFault("a tag before the names in", Moved(trace, namesFlushed, trace.Count - 1));
        AssertFault("a name before the bytes", Moved(trace, bytesFlushed, trace.Count - 1));
        AssertFault("a list of tags before its bytes", Without(trace, trace.FindLastIndex(tag, l => l.Contains("sync(", StringComparison.Ordinal) && l.Contains("/csbuild/tmp/", StringComparison.Ordinal))));
        AssertFault("success before", Without(trace, trace.FindLastIndex(l => l.Contains("sync(", StringComparison.Ordinal))));
        Rig.Report($"R3: {check.Blobs} blobs and {check.Tags} lists of tags, each after its flush, the tag after the names of all that it leads to; {check.Flushes} flushes in all, none of a file system, none of unpacked layers; six wrong orders of the same calls were found");
    }

    [SkippableFact, Trait("Rule", "R3")]
    public void R3_a_build_that_changes_nothing_flushes_nothing()
    {
        Rig.Build();
        var check = new OrderCheck(Rig.Store, new HashSet<string>());
        Assert.Empty(check.Run(Trace()));
        Assert.Equal(0, check.Flushes);
    }

    private void AssertFault(string fault, List<string> trace) =>
        Assert.Contains(new OrderCheck(Rig.Store, Needed()).Run(trace), f => f.StartsWith(fault, StringComparison.Ordinal));

    private static List<string> Moved(List<string> trace, int from, int to)
    {
        var moved = Without(trace, from);
        moved.Insert(to, trace[from]);
        return moved;
    }

    private static List<string> Without(List<string> trace, int at)
    {
        Assert.InRange(at, 0, trace.Count - 1);
        return [.. trace[..at], .. trace[(at + 1)..]];
    }

    // All blobs that the store's one name leads to.
    private HashSet<string> Needed()
    {
        var root = Assert.Single(OciJson.Read<ImageIndex>(File.ReadAllBytes(Rig["store/index.json"])).Manifests);
        var manifest = OciJson.Read<ImageManifest>(File.ReadAllBytes(Rig["store/blobs/sha256/" + root.Digest.Hex]));
        return [root.Digest.Hex, manifest.Config.Digest.Hex, .. manifest.Layers.Select(l => l.Digest.Hex)];
    }

    /// <summary>The calls in the order in which they began, flushes in the order in which they ended.</summary>
    private List<string> Trace()
    {
        var strace = Needs.Program("/usr/bin/strace");
        var log = Rig["trace"];
        var ran = Rig.Run(strace, ["-f", "-y", "-qq", "-s", "0", "-o", log, "-e", "trace=fsync,fdatasync,syncfs,sync,rename,renameat,pwrite64", Rig.Program, .. Rig.BuildArguments()]);
        Assert.True(ran.Code == 0, ran.ToString());
        var open = new Dictionary<string, string>();
        var lines = new List<string>();
        foreach (var line in File.ReadLines(log))
        {
            var thread = line.Split(' ')[0];
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = line;
                if (!line.Contains("sync(", StringComparison.Ordinal))
                    lines.Add(line);
            }
            else if (line.Contains("sync resumed>", StringComparison.Ordinal) && open.Remove(thread, out var begun))
            {
                lines.Add(begun.Replace("<unfinished ...>", ") = 0", StringComparison.Ordinal));
            }
            else
            {
                lines.Add(line);
            }
        }
        return lines;
    }
}
