using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>What a step changed, as a layer. SECURITY.md S7, S15, R25 to R28, R30, R31.</summary>
public sealed class DiffTests : MachineTests
{
    public static TheoryData<string, string> Scripts => new()
    {
        { "nothing", "true" },
        { "a_new_file", "echo x > /x" },
        { "a_file_in_a_deep_new_directory", "mkdir -p /a/b/c; echo f > /a/b/c/f" },
        { "a_deleted_file", "rm /srv/a" },
        { "a_deleted_directory", "rm -r /srv/deep" },
        { "a_directory_made_again_is_opaque", "rm -r /srv; mkdir /srv; echo n > /srv/new" },
        { "a_directory_in_place_of_a_file", "rm /srv/a; mkdir /srv/a; echo n > /srv/a/n" },
        { "a_file_in_place_of_a_directory", "rm -r /srv/deep; echo n > /srv/deep" },
        { "a_renamed_directory", "mv /srv/deep /srv/moved" },
        { "only_a_mode", "chmod 600 /srv/a; chmod 1777 /srv/deep" },
        { "a_mode_set_to_what_it_was", "chmod 644 /srv/a; chmod 755 /srv/deep" },
        { "owners", "chown 5:6 /srv/a; echo s > /s; chown 7:8 /s; chmod 4755 /s" },
        { "hard_links_in_the_layer", "echo h > /tmp/2; ln /tmp/2 /tmp/1; ln /tmp/2 /srv/3" },
        { "a_hard_link_to_a_lower_file", "ln /srv/a /srv/z" },
        { "links_and_special_files", "ln -s ../etc /srv/l; mkfifo /srv/p; mknod /srv/d b 8 0; mknod /srv/e c 1 3" },
        { "odd_names", "echo > \"/srv/$(printf 'a\\377b')\"; echo > '/srv/new line\n'; echo > /srv/-x" },
    };

    /// <summary>Asserts that all scripts make the same layers on both machines.</summary>
    internal static async Task CompareAsync(Machine root, Machine other, bool devices, Func<string, SandboxSpec>? shell = null)
    {
        var (one, two) = (await root.BaseAsync(), await other.BaseAsync());
        foreach (var row in Scripts)
        {
            var script = devices ? (string)row[1] : ((string)row[1]).Split("; mknod", 2)[0];
            var expected = await root.ListAsync(await root.CommitAsync(script, one));
            Assert.Equal($"{script}\n{expected}", $"{script}\n{await other.ListAsync(await other.CommitAsync(script, two, spec: shell?.Invoke(script)))}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Scripts))]
    public async Task R30_the_difference_of_a_step(string name, string script)
    {
        var listing = await Machine.ListAsync(await Machine.CommitAsync(script));
        Golden.Verify(string.Concat(listing.Select(c => char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : $"{c}")), name);
    }

    [SkippableFact]
    public async Task R30_the_layer_gives_the_step_s_tree_again_whether_kept_or_unpacked()
    {
        const string change = "rm -r /srv; mkdir /srv; echo n > /srv/new; mv /etc/passwd /etc/p; ln /etc/p /srv/q; mkdir -p /o/p; chmod 700 /o; ln -s /o /srv/o";
        const string look = "find /bin /etc /srv /o /tmp -exec stat -c '%n %a %u:%g %s %h %Y' {} \\; ; cat /srv/new /srv/q";
        var start = await Machine.BaseAsync();
        var layer = await Machine.CommitAsync(change, start);
        var kept = await Machine.RunAsync(Machine.Shell(look), start.With(layer));
        Linux.Files.TreeRemoval.Remove(Path.Combine(Machine.Root, "csbuild", "unpacked"));
        Directory.CreateDirectory(Path.Combine(Machine.Root, "csbuild", "unpacked"));
        var unpacked = await Machine.RunAsync(Machine.Shell(look), start.With(layer));
        Assert.Equal(0, kept.Exit.Code);
        Assert.Contains("/srv/q", kept.Output);
        Assert.Equal(kept.Output, unpacked.Output);
    }

    [SkippableFact]
    public async Task S15_mount_points_that_were_made_are_not_in_the_layer_and_leave_no_trace_in_times()
    {
        var layer = await Machine.CommitAsync("ls -d /etc/hosts /etc/resolv.conf /dev /proc /sys");
        Assert.Equal("", await Machine.ListAsync(layer));
    }

    [SkippableFact]
    public async Task S15_a_directory_that_the_step_did_change_keeps_the_step_s_time()
    {
        var layer = await Machine.CommitAsync("touch -d @1111111111 /etc/n; touch -d @1222222222 /etc");
        var entries = (await Machine.Layers.GetIndexAsync(layer, default)).Entries;
        Assert.Equal(["etc", "etc/n"], entries.Select(entry => entry.Path));
        Assert.Equal(new UnixTime(1222222222), entries[0].Mtime);
    }

    [SkippableFact]
    public async Task R28_times_are_clamped_in_the_layer_and_in_what_the_next_step_sees()
    {
        var start = await Machine.BaseAsync();
        var layer = await Machine.CommitAsync("mkdir /new; echo x > /new/x; touch -d @5 /new/old", start, new UnixTime(1234567890));
        var times = (await Machine.Layers.GetIndexAsync(layer, default)).Entries.Select(entry => entry.Mtime.Seconds);
        Assert.Equal([1234567890, 5, 1234567890], times);
        var seen = await Machine.RunAsync(Machine.Shell("stat -c %Y /new /new/x"), start.With(layer));
        Assert.Equal("1234567890\n1234567890\n", seen.Output);
    }

    [SkippableFact]
    public async Task R26_sockets_are_left_out()
    {
        var start = await Machine.BaseAsync();
        await using var active = await Machine.Sandbox.PrepareAsync(start, default);
        await Machine.RunAsync(active, Machine.Shell("mkdir /s; echo x > /s/x"));
        var upper = Directory.GetDirectories(Path.Combine(Machine.Root, "csbuild", "run"), "upper", SearchOption.AllDirectories)[0];
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(upper, "s", "sock")));
        var layer = await active.CommitAsync(null, default);
        Assert.DoesNotContain("sock", await Machine.ListAsync(layer));
        Assert.False(File.Exists(Path.Combine(Machine.Root, "csbuild", "unpacked", layer.DiffId.Value.Hex, "fs", "s", "sock")));
    }

    [SkippableFact]
    public async Task R30_a_file_with_a_whiteout_s_name_is_an_error_with_a_reason()
    {
        var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.CommitAsync("echo > /srv/.wh.a"));
        Assert.Contains("/srv/.wh.a", problem.Message);
    }

    [SkippableFact]
    public async Task S7_file_capabilities_and_user_attributes_survive_a_round_trip()
    {
        byte[] capability = Convert.FromHexString("0100000200200000000000000000000000000000");
        var entry = Machine.File("bin/ping", 0x1ED) with
        {
            Uid = 3,
            Xattrs = [KeyValuePair.Create("security.capability", capability), KeyValuePair.Create("user.note", "v"u8.ToArray())],
        };
        var start = (await Machine.BaseAsync()).With(await Machine.LayerAsync([(Machine.Dir("bin"), null), (entry, "x"u8.ToArray())]));
        var listing = await Machine.ListAsync(await Machine.CommitAsync("echo y >> /srv/a; mv /bin/ping /bin/pong", start));
        Assert.Contains($"bin/pong security.capability={Convert.ToHexString(capability)} user.note=76", listing);
    }

    [SkippableFact]
    public async Task R27_attributes_and_ACLs_of_a_step_come_back_byte_by_byte()
    {
        // version 2: user::rw-, user:1000:r--, group::r--, mask::r--, other::---
        byte[] acl = Convert.FromHexString("0200000001000600FFFFFFFF02000400E803000004000400FFFFFFFF10000400FFFFFFFF20000000FFFFFFFF");
        byte[] capability = Convert.FromHexString("0100000200200000000000000000000000000000");
        var many = Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"user.n{i:00}", new byte[] { (byte)i, 0, 10 }));
        var file = Machine.File("srv/f", 0x1A0) with
        {
            Uid = 5,
            Xattrs = [KeyValuePair.Create("security.capability", capability), KeyValuePair.Create("system.posix_acl_access", acl), .. many, KeyValuePair.Create("user.z", Array.Empty<byte>())],
        };
        var directory = Machine.Dir("srv/d") with { Mode = 0x1E8, Xattrs = [KeyValuePair.Create("system.posix_acl_default", acl)] };
        var start = (await Machine.BaseAsync()).With(await Machine.LayerAsync([(Machine.Dir("srv"), null), (directory, null), (file, "x"u8.ToArray())]));
        var layer = await Machine.CommitAsync("mv /srv/f /srv/moved; chmod 700 /srv/d; ln /srv/moved /srv/n", start);
        var entries = (await Machine.Layers.GetIndexAsync(layer, default)).Entries.ToDictionary(e => (e.Path, e.Type));
        Assert.Equal(file.Xattrs.Select(Show), entries[("srv/moved", EntryType.File)].Xattrs.Select(Show));
        Assert.Equal(file.Xattrs.Select(Show), entries[("srv/n", EntryType.Hardlink)].Xattrs.Select(Show));
        Assert.Contains("system.posix_acl_default=" + Convert.ToHexString(acl), entries[("srv/d", EntryType.Directory)].Xattrs.Select(Show));

        static string Show(KeyValuePair<string, byte[]> x) => $"{x.Key}={Convert.ToHexString(x.Value)}";
    }

    [SkippableFact]
    public async Task R31_a_step_sees_the_sum_of_sixty_layers()
    {
        var snapshot = await Machine.BaseAsync();
        for (var i = 0; i < 60; i++)
            snapshot = snapshot.With(await Machine.LayerAsync([(Machine.Dir("n"), null), (Machine.File($"n/{i:00}"), "x"u8.ToArray())]));
        var ran = await Machine.RunAsync(Machine.Shell("ls /n | wc -l; echo x > /n/more"), snapshot);
        Assert.Equal("60\n", ran.Output);
    }

    [SkippableFact]
    public async Task A_layer_that_does_not_list_its_directories_leaves_those_below_as_they_are()
    {
        var start = await Machine.BaseAsync();
        start = start.With(await Machine.LayerAsync([(new LayerEntry { Path = "run", Type = EntryType.Symlink, LinkTarget = "/srv/deep" }, null)]));
        var sparse = await Machine.LayerAsync([(Machine.File("tmp/new"), "x"u8.ToArray()), (Machine.File("run/pid"), "1"u8.ToArray())]);
        var ran = await Machine.RunAsync(Machine.Shell("stat -c %a /tmp; readlink /run; ls /srv/deep"), start.With(sparse));
        Assert.Equal("1777\n/srv/deep\nc\npid\n", ran.Output);
    }

    [SkippableFact, Trait("Rule", "R27")]
    public async Task A_directory_that_a_layer_uses_but_does_not_list_keeps_its_attributes()
    {
        var start = await Machine.BaseAsync();
        start = start.With(await Machine.LayerAsync([(Machine.Dir("noted") with { Xattrs = [KeyValuePair.Create("user.note", "kept"u8.ToArray())] }, null)]));
        var sparse = await Machine.LayerAsync([(Machine.File("noted/new"), "x"u8.ToArray())]);
        Assert.Contains("user.note", await Machine.ListAsync(await Machine.CommitAsync("chmod 700 /noted", start.With(sparse))), StringComparison.Ordinal);
    }
}
