using System.Text.RegularExpressions;

namespace CsBuild.Reliability.Tests;

/// <summary>The order of flushes and names, from a trace of the system calls (R3).</summary>
[Collection("rigs")]
public sealed partial class OrderTests : IDisposable
{
    private readonly Lazy<Rig> _rig = new(() => new Rig());

    private Rig Rig => _rig.Value;

    public void Dispose()
    {
        if (_rig.IsValueCreated)
            _rig.Value.Dispose();
    }

    [SkippableFact, Trait("Rule", "R3")]
    public void R3_nothing_has_a_name_before_its_bytes_are_on_disk_and_success_comes_after_the_name_is()
    {
        var trace = Trace();
        var flushed = new HashSet<string>();
        var unnamed = new HashSet<string>();
        var (blobs, tags, flushes) = (0, 0, 0);
        foreach (var line in trace)
        {
            Assert.DoesNotContain("syncfs(", line, StringComparison.Ordinal);
            if (Written().Match(line) is { Success: true } written)
                flushed.Remove(written.Groups["path"].Value);
            if (Flushed().Match(line) is { Success: true } flush)
            {
                flushes++;
                var path = flush.Groups["path"].Value;
                Assert.DoesNotContain("/unpacked/", path, StringComparison.Ordinal);
                flushed.Add(path);
                unnamed.Remove(path);
            }
            if (Renamed().Match(line) is not { Success: true } rename || line.Contains("= -1", StringComparison.Ordinal))
                continue;
            var (from, to) = (rename.Groups["from"].Value, rename.Groups["to"].Value);
            if (to.StartsWith(Rig["store/blobs"], StringComparison.Ordinal))
            {
                Assert.True(flushed.Contains(from), $"a name before the bytes: {line}");
                unnamed.Add(Path.GetDirectoryName(to)!);
                blobs++;
            }
            else if (to == Rig["store/index.json"])
            {
                Assert.True(flushed.Contains(from), $"a list of tags before its bytes: {line}");
                Assert.True(unnamed.Count == 0 || tags == 0, $"a tag before the names of its blobs: {line}");
                unnamed.Add(Rig.Store);
                tags++;
            }
        }
        Assert.Empty(unnamed);
        Assert.True(blobs >= 8, $"{blobs} blobs");
        // The new store's list, and the tag.
        Assert.Equal(2, tags);
        Rig.Report($"R3: {blobs} blobs and {tags} lists of tags, each after its flush; {flushes} flushes in all, none of a file system, none of unpacked layers");
    }

    [SkippableFact, Trait("Rule", "R3")]
    public void R3_a_build_that_changes_nothing_flushes_nothing()
    {
        Rig.Build();
        Assert.DoesNotContain(Trace(), line => Flushed().IsMatch(line) || line.Contains("syncfs(", StringComparison.Ordinal));
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

    [GeneratedRegex(@"pwrite64\(\d+<(?<path>[^>]*)>")]
    private static partial Regex Written();

    [GeneratedRegex(@"f(?:data)?sync\(\d+<(?<path>[^>]*)>\s*\)\s+= 0")]
    private static partial Regex Flushed();

    [GeneratedRegex(@"rename\(""(?<from>[^""]*)"", ""(?<to>[^""]*)""")]
    private static partial Regex Renamed();
}
