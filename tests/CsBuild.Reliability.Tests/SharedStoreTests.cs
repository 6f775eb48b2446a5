using System.Collections.Concurrent;
using System.Diagnostics;
using CsBuild.Context;
using CsBuild.Oci.Images;
using CsBuild.Testing.Registry;

namespace CsBuild.Reliability.Tests;

/// <summary>Many programs on one store: builders that are killed (R9), builders and prunes (R10), a thousand builds.</summary>
[Collection("rigs")]
public sealed class SharedStoreTests : RigTests
{
    [SkippableFact, Trait("Rule", "R9")]
    public async Task R9_builders_that_are_killed_at_random_spoil_nothing_for_the_others()
    {
        var expected = Rig.Build(Rig["undisturbed"]);
        var builders = Rig.Seconds > 30 ? 32 : 6;
        var (whole, killed) = (0, 0);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, builders).Select(i => Task.Factory.StartNew(() =>
        {
            var chance = new Random(i);
            do
            {
                var kill = chance.Next(3) == 0;
                string[] arguments = chance.Next(3) == 0 ? ["--no-cache", .. Rig.BuildArguments()] : Rig.BuildArguments(name: chance.Next(2) == 0 ? "app:1" : $"app:{i}");
                var ran = Rig.Run(Rig.Program, arguments, process =>
                {
                    if (kill && !process.WaitForExit(TimeSpan.FromMilliseconds(chance.Next(4000))))
                        process.Kill();
                });
                if (ran.Code == 0)
                    Assert.Equal(expected, ran.Output.Trim());
                else
                    Assert.True(kill && ran.Code == 137, $"builder {i}: {ran}");
                Interlocked.Increment(ref ran.Code == 0 ? ref whole : ref killed);
            }
            while (clock.Elapsed.TotalSeconds < Rig.Seconds);
        }, TaskCreationOptions.LongRunning)));
        Assert.Equal(expected, Rig.Build());
        Rig.AssertClean("after all");
        Rig.AssertSound("after all");
        Rig.Report($"R9: {builders} builders, {whole} builds went well with one digest, {killed} were killed; a clean build is right, nothing left, the store sound");
    }

    [SkippableFact, Trait("Rule", "R9")]
    public async Task R9_a_base_that_all_want_at_once_is_fetched_once()
    {
        using var registry = new InMemoryRegistry();
        var layer = await AddImageAsync(registry);
        File.WriteAllText(Rig["context/Dockerfile"], $"FROM {registry.Address}/base:1\nCOPY a.txt /\nRUN cat /a.txt > /b.txt\n");
        var ids = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Rig.Seconds > 30 ? 32 : 6).Select(_ => Task.Factory.StartNew(() => ids.Add(Rig.Build()), TaskCreationOptions.LongRunning)));
        Assert.Single(ids.Distinct());
        Assert.Single(registry.Asked("GET", "blobs/" + layer));
        Rig.AssertSound("cold");
        Rig.AssertClean("cold");
        Rig.Report($"R9 cold base: {ids.Count} builders at once, one digest, the layer was asked for once");
    }

    [SkippableFact, Trait("Rule", "R10")]
    public async Task R10_builds_and_prunes_go_on_at_the_same_time_and_no_build_misses_anything()
    {
        var expected = Rig.Build(Rig["undisturbed"]);
        var (builds, prunes, checks) = (0, 0, 0);
        var clock = Stopwatch.StartNew();
        Rig.Build();
        await Task.WhenAll(
            Loop(i =>
            {
                Assert.Equal(expected, Rig.Build(name: $"app:{i % 3}"));
                Interlocked.Increment(ref builds);
            }),
            Loop(i =>
            {
                Assert.Equal(expected, Rig.Build(name: "other:1"));
                Interlocked.Increment(ref builds);
            }),
            Loop(_ =>
            {
                var ran = Rig.Tool("prune", "--all", "--force");
                Assert.True(ran.Code == 0, ran.ToString());
                prunes++;
            }),
            Loop(i =>
            {
                var removed = Rig.Tool("rmi", $"app:{i % 3}");
                Assert.True(removed.Code is 0 or 2, removed.ToString());
                var check = Rig.Tool("du");
                Assert.True(check.Code == 0, check.ToString());
                Rig.AssertSound("while others build and prune");
                checks++;
            }));
        foreach (var name in new[] { "app:0", "app:1", "app:2", "other:1" })
            Rig.Tool("rmi", name);
        Rig.Tool("prune", "--all", "--force");
        Assert.Empty(Directory.EnumerateFiles(Rig["store/blobs"], "*", SearchOption.AllDirectories));
        Rig.AssertClean("idle");
        Rig.Report($"R10: {builds} builds, {prunes} prunes of all, {checks} checks at the same time; every build right, nothing left when idle");

        Task Loop(Action<int> action) => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i == 0 || clock.Elapsed.TotalSeconds < Rig.Seconds; i++)
                action(i);
        }, TaskCreationOptions.LongRunning);
    }

    [SkippableFact]
    public void Builds_in_a_loop_let_nothing_grow()
    {
        // so long that the context's files have an age at which what was learned of them is kept
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 12 || clock.Elapsed < 2 * FileDigestCache.Doubt; i++)
            Cycle(i);
        var (files, bytes) = Size();
        var times = new List<double>();
        clock.Restart();
        var most = Rig.Seconds > 30 ? 1000 : 20;
        for (var i = 0; i < most && clock.Elapsed.TotalSeconds < Math.Max(Rig.Seconds, 20); i++)
        {
            var before = clock.Elapsed;
            Cycle(i);
            times.Add((clock.Elapsed - before).TotalMilliseconds);
        }
        var (filesAfter, bytesAfter) = Size();
        Assert.Equal(files.Order(), filesAfter.Order());
        Assert.InRange(bytesAfter, bytes - 4096, bytes + 4096);
        Rig.AssertClean("after the loop");
        Rig.Report($"loop: {times.Count} builds; {files.Length} files and {bytes} bytes before, {filesAfter.Length} and {bytesAfter} after; the first hundred took {times.Take(100).Average():0} ms each, the last hundred {times.TakeLast(100).Average():0}");
    }

    // One edit there, one back; each then twice without a change.
    private void Cycle(int number)
    {
        Rig.Edit(number / 3 % 2 == 0 ? "1" : "2");
        Rig.Build();
    }

    private (string[] Files, long Bytes) Size()
    {
        var files = Directory.GetFiles(Rig.Store, "*", SearchOption.AllDirectories);
        return (files, files.Where(f => new FileInfo(f).LinkTarget is null).Sum(f => new FileInfo(f).Length));
    }

    private async Task<string> AddImageAsync(InMemoryRegistry registry)
    {
        // The base directory as an image: built by the tool, and read from its archive.
        File.WriteAllText(Rig["context/base.Dockerfile"], "FROM base\n");
        var ran = Rig.Run(Rig.Program, ["-q", "--root", Rig["base-store"], "--build-context", "base=" + Rig["base"], "-f", Rig["context/base.Dockerfile"], "-o", "type=oci,tar=false,dest=" + Rig["layout"], Rig["context"]]);
        Assert.True(ran.Code == 0, ran.ToString());
        using var layout = OciLayout.Open(Rig["layout"]);
        var root = Assert.Single(layout.Images).Root;
        var manifest = await File.ReadAllBytesAsync(Rig[$"layout/blobs/sha256/{root.Digest.Hex}"]);
        registry.AddManifest("base", "1", manifest);
        var image = CsBuild.Oci.Model.OciJson.Read<CsBuild.Oci.Model.ImageManifest>(manifest);
        foreach (var blob in image.Layers.Append(image.Config))
            registry.AddBlob("base", await File.ReadAllBytesAsync(Rig[$"layout/blobs/sha256/{blob.Digest.Hex}"]));
        return image.Layers[0].Digest.ToString();
    }
}
