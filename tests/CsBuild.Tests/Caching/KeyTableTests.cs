using CsBuild.Caching.Explaining;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Tests.Caching;

/// <summary>What is in the key of a step and what is not, row by row, each hit and missed.</summary>
[Trait("Rule", "S48")]
public sealed class KeyTableTests
{
    /// <summary>
    /// The table, a line for each thing that it names: + counts, - does not. Behind each that no <see cref="KeyRow"/>
    /// shows stands the test that does.
    /// </summary>
    private static readonly (string Thing, string? Test)[] Table =
    [
        ("+ FROM image: manifest digest", nameof(A_new_base_is_a_miss_and_another_tag_of_the_same_image_a_hit)),
        ("+ FROM image: platform", nameof(A_base_for_another_platform_is_a_miss)),
        ("- FROM image: tag text", nameof(A_new_base_is_a_miss_and_another_tag_of_the_same_image_a_hit)),
        ("+ FROM scratch/stage: inherited", null),
        ("- FROM scratch/stage: its name", null),
        ("+ RUN: argv", null),
        ("+ RUN: env of the image", null),
        ("+ RUN: ARG with a value that nothing uses", null),
        ("+ RUN: cwd", null),
        ("+ RUN: user", null),
        ("+ RUN: hostname", null),
        ("+ RUN: network mode", null),
        ("+ RUN: network mode of the caller", null),
        ("+ RUN: security mode", nameof(Another_security_mode_is_refused_or_a_miss)),
        ("- RUN: security mode written as it is by default", null),
        ("+ RUN: extra host names", null),
        ("- RUN: extra host IPs", null),
        ("+ RUN: platform", null),
        ("+ RUN: root snapshot", null),
        ("+ RUN: SOURCE_DATE_EPOCH", null),
        ("+ RUN: SHELL", null),
        ("- RUN: proxy vars", null),
        ("- RUN: step name, comments, case", null),
        ("- RUN: labels, outputs", null),
        ("+ RUN: mount type", null),
        ("+ RUN: mount dest", null),
        ("+ RUN: mount ro", null),
        ("+ RUN: secret ids", null),
        ("+ RUN: secret options", null),
        ("- RUN: secret values", null),
        ("+ RUN: content of ro bind mounts in their source path", null),
        ("+ RUN: content of rw bind mounts in their source path", null),
        ("- RUN: content of bind mounts outside their source path", null),
        ("+ RUN: content of bind mounts from a stage", null),
        ("- RUN: content of a stage outside what is mounted", null),
        ("- RUN: cache-mount contents", null),
        ("- RUN: non-default cache id", null),
        ("- RUN: cache sharing", null),
        ("+ COPY/ADD local: destination", null),
        ("+ COPY/ADD local: chown", null),
        ("+ COPY/ADD local: chmod", null),
        ("+ COPY/ADD local: flags", null),
        ("+ COPY/ADD local: exclude", null),
        ("+ COPY/ADD local: base name of the source pattern", null),
        ("+ COPY/ADD local: content of matched paths", null),
        ("+ COPY/ADD local: relative names of matched paths", null),
        ("+ COPY/ADD local: /etc/passwd where names are used", null),
        ("+ COPY/ADD local: /etc/passwd where a linked copy uses names", null),
        ("- COPY/ADD local: /etc/passwd where a linked copy's name means the same", null),
        ("+ COPY/ADD local: SOURCE_DATE_EPOCH", null),
        ("- COPY/ADD local: the source's parent path", null),
        ("- COPY/ADD local: Dockerfile text", null),
        ("- COPY/ADD local: .dockerignore text", null),
        ("- COPY/ADD local: an ignored file that is gone", null),
        ("- COPY/ADD local: an unused ARG", null),
        ("+ file checksum: mode", null),
        ("+ file checksum: size", null),
        ("+ file checksum: content", null),
        ("+ file checksum: type", null),
        ("+ file checksum: link target", null),
        ("+ file checksum: uid, gid, dev numbers, xattrs, security.capability", nameof(What_counts_of_an_entry)),
        ("- file checksum: other security.* and system.* xattrs, mtime", nameof(What_does_not_count_of_an_entry)),
        ("- file checksum: mtime", null),
        ("- file checksum: inode", null),
        ("- file checksum: hard-link count", null),
        ("+ COPY --link: what is copied", null),
        ("- COPY --link: previous layers", null),
        ("+ heredoc: body", null),
        ("+ heredoc: body after expansion", null),
        ("- heredoc: body before expansion", null),
        ("+ heredoc: script of a RUN", null),
        ("+ WORKDIR: path", null),
        ("+ WORKDIR: user", null),
        ("+ WORKDIR: epoch", null),
        ("- WORKDIR: env", null),
        ("- ENV/LABEL/CMD: LABEL", null),
        ("- ENV/LABEL/CMD: LABEL in another place", null),
        ("- ENV/LABEL/CMD: CMD", null),
        ("- ENV/LABEL/CMD: ENTRYPOINT", null),
        ("- ENV/LABEL/CMD: EXPOSE", null),
        ("- ENV/LABEL/CMD: VOLUME, STOPSIGNAL, HEALTHCHECK", null),
        ("+ RUN: ulimits", null),
        ("+ RUN: a ulimit's value", null),
        ("- RUN: the order of ulimits", null),
        ("+ RUN: cgroup-parent", null),
        ("+ RUN: shm-size", null),
        ("- RUN: the shm-size that is usual", null),
        ("- RUN: resource limits", null),
        ("+ RUN: security mode of the caller", null),
        ("- RUN: what is opened on failure", null),
        ("+ RUN: host volumes", null),
        ("+ RUN: proxy vars that an ARG declares", null),
        ("+ RUN: platform variables that an ARG declares", null),
        ("- RUN: build arguments that nothing declares", null),
        ("- RUN: build arguments of other stages", null),
        ("- RUN: build arguments declared above FROM only", null),
        ("- RUN: build arguments declared later", null),
        ("+ RUN: an ARG without a value and one with none", null),
        ("- RUN: whether a variable comes from ENV or ARG", null),
        ("- RUN: the order of ENV", null),
        ("- RUN: blanks and continued lines around the command", null),
        ("- RUN: the namespace of cache mounts", null),
        ("- COPY/ADD local: ENV, USER and SHELL", null),
        ("- COPY/ADD local: platform", null),
        ("+ RUN: mode of the directory that is mounted", null),
        ("+ RUN: mode of the directory of a stage that is mounted", null),
        ("- RUN: mode of the context that is mounted", null),
        ("+ RUN: what a cache mount begins with", null),
        ("- RUN: what a cache mount does not begin with", null),
        ("+ RUN: mode of a new cache mount", null),
        ("+ RUN: owner of a new cache mount", null),
        ("+ RUN: tmpfs size", null),
        ("+ RUN: ssh ids", null),
        ("+ RUN: ssh options", null),
        ("- RUN: ssh agents", null),
        ("+ RUN: variable that a secret is in", null),
        ("- RUN: a secret that is there or not", null),
        ("- COPY/ADD local: mode of a directory whose contents are copied", null),
        ("+ COPY/ADD local: mode of a directory below", null),
        ("- COPY/ADD local: mode of a directory that is not copied", null),
        ("- COPY/ADD local: files that are not copied", null),
        ("- COPY/ADD local: the stage that files come from, where they are the same", null),
        ("+ COPY/ADD local: content of what comes from a stage", null),
        ("+ named context: files", null),
        ("+ named context: SOURCE_DATE_EPOCH", null),
        ("- named context: its path", null),
        ("- COPY --link: the base", null),
        ("+ COPY --link: being linked", null),
        ("+ heredoc: name", null),
        ("+ heredoc: beside files", null),
        ("+ COPY --from image: what its tag means", nameof(An_image_that_files_are_copied_from_counts_by_those_files)),
        ("- COPY --from image: tag text, other files", nameof(An_image_that_files_are_copied_from_counts_by_those_files)),
        ("+ ADD URL: body digest, file name", nameof(RemoteKeyTests.Of_a_URL_the_bytes_and_the_name_count)),
        ("- ADD URL: the URL, Last-Modified", nameof(RemoteKeyTests.Of_a_URL_the_bytes_and_the_name_count)),
        ("+ ADD URL: checksum", nameof(RemoteKeyTests.A_checksum_stands_for_the_bytes)),
        ("+ ADD git: commit id, subdir, keep-git-dir, submodules", nameof(RemoteKeyTests.Of_a_repository_the_commit_and_what_is_taken_of_it_count)),
        ("- ADD git: ref name", nameof(RemoteKeyTests.Of_a_repository_the_commit_and_what_is_taken_of_it_count)),
        ("- ONBUILD triggers: being a trigger", null),
        ("+ ONBUILD triggers: as the instruction", null),
    ];

    public static TheoryData<string> Rows => [.. KeyRows.All.Select(r => r.Name)];

    [Fact]
    public void Every_thing_of_the_table_has_a_test_and_every_test_a_thing()
    {
        var rows = KeyRows.All.Select(r => (r.Counts ? "+ " : "- ") + r.Name);
        var methods = new[] { typeof(KeyTableTests), typeof(RemoteKeyTests) }.SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes(typeof(FactAttribute), true).Length > 0).Select(m => m.Name).ToHashSet();

        Assert.Equal(Table.Where(t => t.Test is null).Select(t => t.Thing).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        Assert.All(Table.Where(t => t.Test is not null), t => Assert.Contains(t.Test!, methods));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public async Task What_counts_is_a_miss_and_what_does_not_is_a_hit(string name)
    {
        var row = KeyRows.All.Single(r => r.Name == name);
        await using var build = new TestBuild(spec => new FakeStep { Writes = new Dictionary<string, string> { ["out"] = string.Join(' ', spec.Arguments) } });
        build.With("f", "same").With("g", "g").With("same", "same").With("d/a", "a").With("e/a", "a").With("passwd", "me:x:1:1");
        await RunAsync(build, row.Before);
        await RunAsync(build, row.Before);
        Assert.Equal(StepOutcome.Cached, Last(build));

        await RunAsync(build, row.After);
        Assert.Equal(row.Counts ? StepOutcome.Done : StepOutcome.Cached, Last(build));
        Assert.Equal(row.Counts, build.Events.OfType<StepExplained>().Any(e => e.Step == build.Events.OfType<StepCompleted>().Last(c => IsStep(build, c)).Step));
    }

    [Fact]
    public async Task A_new_base_is_a_miss_and_another_tag_of_the_same_image_a_hit()
    {
        using var registry = new InMemoryRegistry();
        using var temp = new TempDirectory();
        var images = ImageStore.Open(temp["images"]);
        await registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "1")));
        await registry.AddImageAsync(images, "base", "same", await TestLayers.WriteAsync(images.Layers, ("a", "1")));
        await using var build = new TestBuild(_ => new FakeStep());
        string From(string tag) => $"FROM {registry.Address}/base:{tag}\nRUN x";
        await build.RunAsync(From("1"));

        await build.RunAsync(From("same"));
        Assert.Equal(StepOutcome.Cached, Last(build));

        await registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "2")));
        await build.RunAsync(From("1"));
        Assert.Equal(StepOutcome.Cached, Last(build));
        await build.RunAsync(From("1"), r => r with { Pull = PullPolicy.Always });
        Assert.Equal(StepOutcome.Done, Last(build));
        Assert.Equal(MissKind.Base, build.Events.OfType<StepExplained>().Single().Reasons[0].Kind);
    }

    [Fact]
    public async Task An_image_that_files_are_copied_from_counts_by_those_files()
    {
        using var registry = new InMemoryRegistry();
        using var temp = new TempDirectory();
        var images = ImageStore.Open(temp["images"]);
        async Task PutAsync(string tag, string a, string b) =>
            await registry.AddImageAsync(images, "tools", tag, await TestLayers.WriteAsync(images.Layers, ("a", a), ("b", b)));
        await using var build = new TestBuild();
        Task CopyAsync(string tag) => build.RunAsync($"FROM scratch\nCOPY --from={registry.Address}/tools:{tag} /a /", r => r with { Pull = PullPolicy.Always });
        await PutAsync("1", "one", "x");
        await CopyAsync("1");

        await PutAsync("same", "one", "x");
        await CopyAsync("same");
        Assert.Equal(StepOutcome.Cached, Last(build));
        await PutAsync("1", "one", "y");
        await CopyAsync("1");
        Assert.Equal(StepOutcome.Cached, Last(build));
        await PutAsync("1", "two", "y");
        await CopyAsync("1");
        Assert.Equal(StepOutcome.Done, Last(build));
    }

    [Fact]
    public async Task A_base_for_another_platform_is_a_miss()
    {
        using var registry = new InMemoryRegistry();
        using var temp = new TempDirectory();
        var images = ImageStore.Open(temp["images"]);
        await registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "1")));
        await using var build = new TestBuild(_ => new FakeStep());
        var text = $"FROM {registry.Address}/base:1\nRUN x";
        await build.RunAsync(text, r => r with { Platforms = [Platform.Normalize("linux", "amd64", null)] });

        await build.RunAsync(text, r => r with { Platforms = [Platform.Normalize("linux", "arm64", null)] });

        Assert.Equal(StepOutcome.Done, Last(build));
    }

    [Fact]
    public async Task Another_security_mode_is_refused_or_a_miss()
    {
        await using var build = new TestBuild(_ => new FakeStep());
        await build.RunAsync("FROM scratch\nRUN x");
        const string Insecure = "FROM scratch\nRUN --security=insecure x";
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Insecure));

        await build.RunAsync(Insecure, r => r with { Allow = new HashSet<string> { "security.insecure" } });
        Assert.Equal(StepOutcome.Done, Last(build));
        await build.RunAsync("FROM scratch\nRUN x");
        Assert.Equal(StepOutcome.Cached, Last(build));
    }

    [Fact]
    public async Task What_counts_of_an_entry()
    {
        var file = new LayerEntry { Path = "a", Type = EntryType.File, Mode = 0x1A4 };
        var device = new LayerEntry { Path = "a", Type = EntryType.CharacterDevice, Mode = 0x1A4, DeviceMajor = 1, DeviceMinor = 1 };
        Assert.Equal(await DigestAsync(file), await DigestAsync(file with { }));
        foreach (var other in (LayerEntry[])
        [
            file with { Uid = 1 }, file with { Gid = 1 }, file with { Mode = 0x1FF }, device,
            file with { Xattrs = [new("user.a", [1])] }, file with { Xattrs = [new("security.capability", [1])] },
        ])
            Assert.NotEqual(await DigestAsync(file), await DigestAsync(other));
        Assert.NotEqual(await DigestAsync(device), await DigestAsync(device with { DeviceMinor = 2 }));
    }

    [Fact]
    public async Task What_does_not_count_of_an_entry()
    {
        var file = new LayerEntry { Path = "a", Type = EntryType.File, Mode = 0x1A4 };

        Assert.Equal(await DigestAsync(file), await DigestAsync(file with { Mtime = new UnixTime(5) }));
        Assert.Equal(await DigestAsync(file), await DigestAsync(file with { Xattrs = [new("security.selinux", [1])] }));
        Assert.Equal(await DigestAsync(file), await DigestAsync(file with { Xattrs = [new("system.posix_acl_access", [1])] }));
    }

    private static async Task<Digest> DigestAsync(LayerEntry entry)
    {
        using var temp = new TempDirectory();
        var store = ImageStore.Open(temp["store"]);
        await using var ingest = store.Layers.BeginLayer();
        ingest.Writer.Add(entry, entry.Type == EntryType.File ? Stream.Null : null);
        await using var source = await LayeredFileSource.OpenAsync(store.Layers, [await ingest.CommitAsync(default)], default);
        return await CopyDigest.ComputeAsync([SourceSelection.Select(source, ["a"])], default);
    }

    private static Task<BuildResult> RunAsync(TestBuild build, Variant variant)
    {
        variant.Prepare?.Invoke(build);
        return build.RunAsync(variant.Dockerfile, variant.Request);
    }

    private static StepOutcome Last(TestBuild build) => build.Events.OfType<StepCompleted>().Last(c => IsStep(build, c)).Outcome;

    private static bool IsStep(TestBuild build, StepCompleted completed) =>
        build.Events.OfType<StepStarted>().First(s => s.Step == completed.Step).Name is ['[', not 'i', ..];
}
