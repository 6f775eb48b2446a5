using System.Security.Cryptography;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Copying;

public sealed class CopyWriterTests
{
    [SkippableFact]
    public async Task The_bytes_of_every_file_arrive_in_order()
    {
        Needs.Linux();
        using var rig = new CopyRig("""
            i=0; while [ $i -lt 300 ]; do echo file $i > f$i; i=$((i+1)); done
            : > empty; ln f1 g1; ln -s f2 link
            head -c 700000 /dev/zero > m1; head -c 700000 /dev/urandom > m2; head -c 1048576 /dev/urandom > exact
            head -c 3000000 /dev/urandom > big
            """);
        var plan = rig.Plan(new CopyOptions { Destination = "/d/" }, null, ".");
        using var tar = new MemoryStream();
        var index = await CopyWriter.WriteAsync(plan, tar, default);
        Assert.Equal(SHA256.HashData(tar.ToArray()), Bytes(index.DiffId));
        tar.Position = 0;
        var reader = new LayerReader(tar);
        var count = 0;
        while (reader.Next() is { } entry)
        {
            count++;
            if (entry.Type == EntryType.File)
                Assert.Equal(File.ReadAllBytes(Path.Combine(rig.Path, entry.Path[2..])), Read(reader.Content));
        }
        Assert.Equal(plan.Entries.Count(), count);
    }

    [SkippableFact]
    public async Task R29_a_file_that_changes_while_it_is_read_is_an_error_that_names_it()
    {
        Needs.Linux();
        using var rig = new CopyRig("echo one > f; head -c 3000000 /dev/zero > big");
        foreach (var name in new[] { "f", "big" })
        {
            var plan = rig.Plan(new CopyOptions { Destination = "/d/" }, null, name);
            File.AppendAllText(Path.Combine(rig.Path, name), "more");
            var e = await Assert.ThrowsAsync<ContextException>(() => CopyWriter.WriteAsync(plan, new MemoryStream(), default));
            Assert.Contains($"`{name}`", e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task What_counts_changes_the_digest_and_what_does_not_does_not()
    {
        Needs.Linux();
        const string script = "mkdir -p p/d/e; echo 1 > p/d/f; ln -s f p/d/l; chmod 644 p/d/f; ";
        var one = await DigestAsync(script, "p/d");
        Assert.Equal(one, await DigestAsync(script + "mv p q", "q/d"));
        Assert.Equal(one, await DigestAsync(script + "chmod 700 p/d; echo > other", "p/d"));
        string[] changes = ["chmod 600 p/d/f", "echo 2 > p/d/f", "ln -sfn g p/d/l", "rmdir p/d/e", "mv p/d/f p/d/ff", "chmod 700 p/d/e", "rm p/d/f; mkfifo p/d/f"];
        var digests = new HashSet<Digest> { one };
        foreach (var change in changes)
            Assert.True(digests.Add(await DigestAsync(script + change, "p/d")), change);
    }

    [SkippableFact]
    public async Task Times_do_not_count()
    {
        Needs.Linux();
        using var rig = new CopyRig("mkdir d; echo 1 > d/f");
        var before = await CopyDigest.ComputeAsync([SourceSelection.Select(rig.Context, ["d"])], default);
        CopyRig.Shell("touch d/f d", rig.Path);
        using var again = DirectoryContext.Open(rig.Path, IgnoreFile.Empty);
        Assert.Equal(before, await CopyDigest.ComputeAsync([SourceSelection.Select(again, ["d"])], default));
    }

    [SkippableFact]
    public async Task What_is_there_already_is_not_written_again()
    {
        Needs.Linux();
        using var rig = new CopyRig("mkdir -p d/e d/x; echo 1 > d/f; ln d/f d/e/h; echo 2 > d/e/g; ln -s f d/l; mkfifo d/p");
        var options = new CopyOptions { Destination = "/z/" };
        var first = await WriteAsync(null);
        Assert.Empty((await WriteAsync(Merge(first))).Entries);
        CopyRig.Shell("echo 3 > d/e/g; touch -t " + CopyRig.Stamp + " d/e/g d/e; chmod 600 d/l || true", rig.Path);
        using var again = DirectoryContext.Open(rig.Path, IgnoreFile.Empty);
        var selection = SourceSelection.Select(again, ["d"]);
        await CopyDigest.ComputeAsync([selection], default);
        var plan = CopyPlan.Create([selection], Merge(first), options);
        Assert.Equal("z z/e z/e/g z/e/h z/f", string.Join(' ', plan.Entries.Select(e => e.Entry.Path)));

        async Task<LayerIndex> WriteAsync(FileTree? stage)
        {
            var selected = SourceSelection.Select(rig.Context, ["d"]);
            await CopyDigest.ComputeAsync([selected], default);
            return await CopyWriter.WriteAsync(CopyPlan.Create([selected], stage, options), new MemoryStream(), default);
        }

        static FileTree Merge(LayerIndex index) => FileTree.Merge(
            [(new Layer(index.DiffId, new Descriptor { MediaType = MediaTypes.OciLayer, Digest = index.DiffId.Value, Size = index.TarSize }), index)]);
    }

    [Fact]
    public async Task Heredocs_are_files_of_root()
    {
        var files = new MemoryContext([new("b", "2\n"u8.ToArray()), new("a", "1\n"u8.ToArray())]);
        var selection = SourceSelection.Select(files, ["a", "b"]);
        var plan = CopyPlan.Create([selection], null, new CopyOptions { Destination = "/d/" });
        using var tar = new MemoryStream();
        var index = await CopyWriter.WriteAsync(plan, tar, default);
        Assert.Equal("d 0755 0:0 0 /d\n- 0644 0:0 2 /d/a\n- 0644 0:0 2 /d/b\n", LayerListing.Of(index.Entries, times: false));
        Assert.Equal(Sha256Hash.Of("2\n"u8), index.Entries[2].Content);
    }

    private static async Task<Digest> DigestAsync(string script, string word)
    {
        using var rig = new CopyRig("umask 022; " + script);
        return await CopyDigest.ComputeAsync([SourceSelection.Select(rig.Context, [word])], default);
    }

    private static byte[] Bytes(DiffId diffId) => Convert.FromHexString(diffId.Value.Hex);

    private static byte[] Read(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
