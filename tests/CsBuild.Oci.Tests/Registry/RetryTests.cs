using System.Globalization;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class RetryTests : RegistryTest
{
    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Passing_troubles_are_waited_out(int status)
    {
        Server.Fault("GET", "manifests", Reply.Instead(status), 5);
        await Client().FetchManifestAsync(App, None);
        Assert.Equal(6, Server.Requests.Count);
        Assert.Equal(5, Clock.Waits.Count);
        foreach (var (wait, whole) in Clock.Waits.Zip([0.5, 1, 2, 4, 8]))
            Assert.InRange(wait.TotalSeconds, whole / 2, whole);
        Assert.Equal(5, Notes.Count);
    }

    [Theory]
    [InlineData(400, RegistryFailure.Protocol)]
    [InlineData(401, RegistryFailure.Unauthorized)]
    [InlineData(403, RegistryFailure.Denied)]
    [InlineData(404, RegistryFailure.NotFound)]
    [InlineData(405, RegistryFailure.Protocol)]
    public async Task Refusals_are_not(int status, RegistryFailure reason)
    {
        Server.Fault("GET", "manifests", Reply.Instead(status), 9);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(reason, e.Reason);
        Assert.Equal(status, (int)e.Status!);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task Six_attempts_are_enough()
    {
        Server.Fault("GET", "manifests", Reply.Instead(429), 99);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.RateLimited, e.Reason);
        Assert.Equal(6, Server.Requests.Count);
        Assert.Contains("docker login", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_names_a_time_is_given_it()
    {
        Server.Fault("GET", "manifests", Reply.Instead(429, ("Retry-After", "77")));
        await Client().FetchManifestAsync(App, None);
        Server.Fault("GET", "manifests", Reply.Instead(503, ("Retry-After", Clock.GetUtcNow().AddSeconds(40).ToString("R", CultureInfo.InvariantCulture))));
        await Client().FetchManifestAsync(App, None);
        Assert.Equal(77, Clock.Waits[0].TotalSeconds);
        Assert.Equal(40, Clock.Waits[1].TotalSeconds, 0.0001);
    }

    [Theory]
    [InlineData("Sat, 01 Jan 2000 00:00:00 GMT")]
    [InlineData("soon")]
    [InlineData("-5")]
    public async Task A_time_that_makes_no_sense_is_ignored(string value)
    {
        Server.Fault("GET", "manifests", Reply.Instead(503, ("Retry-After", value)));
        await Client().FetchManifestAsync(App, None);
        Assert.InRange(Assert.Single(Clock.Waits).TotalSeconds, 0.25, 0.5);
    }

    [Fact]
    public async Task Nobody_waits_for_hours()
    {
        Server.Fault("GET", "manifests", Reply.Instead(429, ("Retry-After", "7200")), 9);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Contains("7200", e.Hint, StringComparison.Ordinal);
        Assert.Empty(Clock.Waits);
    }

    [Fact]
    public async Task Resets_and_broken_manifests_are_tried_again()
    {
        Server.Fault("GET", "manifests", Reply.Reset);
        Server.Fault("GET", "manifests", Reply.Cut(10));
        Assert.Equal(ManifestBytes, (await Client().FetchManifestAsync(App, None)).Bytes);
        Assert.Equal(3, Server.Requests.Count);
    }

    [Fact]
    public async Task A_host_where_nobody_listens_is_given_up_soon_and_named()
    {
        Server.Dispose();
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Unreachable, e.Reason);
        Assert.Contains(Server.Address, e.Message, StringComparison.Ordinal);
        Assert.InRange(Clock.Waits.Sum(w => w.TotalSeconds), 1, 15);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(150_000)]
    [InlineData(299_999)]
    public async Task A_blob_that_breaks_goes_on_where_it_broke(int after)
    {
        Server.Fault("GET", "blobs", Reply.Cut(after));
        Assert.Equal(LayerBytes, await ReadLayerAsync(Client()));
        var second = Server.Asked("GET", "blobs")[1].Header("Range");
        // A reset may swallow what was on its way; more than was sent is never assumed.
        Assert.True(after == 0 ? second is null : second is null || int.Parse(second["bytes=".Length..^1], CultureInfo.InvariantCulture) <= after);
    }

    [Fact]
    public async Task Ranges_that_are_ignored_refused_or_wrong_do_no_harm()
    {
        foreach (var change in (Func<Reply, Reply>[])
            [
                r => r with { Status = 200, Body = LayerBytes },
                Reply.Instead(416),
                r => r.With("Content-Range", "bytes 7-299999/300000"),
                r => r.With("Content-Type", "multipart/byteranges; boundary=x").With("Content-Range", ""),
            ])
        {
            Server.Fault("GET", "blobs", Reply.Cut(100_000));
            Server.Fault("GET", "blobs", change);
            Assert.Equal(LayerBytes, await ReadLayerAsync(Client()));
        }
    }

    [Fact]
    public async Task Twenty_cuts_of_a_large_blob_cost_little_more_than_one_transfer()
    {
        var big = Bytes(40 << 20, 2);
        var blob = Server.AddBlob("team/app", big);
        Server.Fault("GET", "blobs", Reply.Cut(2 << 20), 19);
        await using var stream = await Client().Blobs(App).OpenReadAsync(blob, None);
        Assert.Equal(Digest.Of(big), Digest.Of(await ReadAsync(stream)));
        Assert.InRange(Server.Asked("GET", "blobs").Count, 20, 24);
    }

    [Fact]
    public async Task A_blob_without_progress_is_given_up()
    {
        Server.Fault("GET", "blobs", Reply.Cut(0), 99);
        await using var stream = await Client().Blobs(App).OpenReadAsync(Layer, None);
        var e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(stream));
        Assert.Equal(RegistryFailure.Unreachable, e.Reason);
        Assert.Equal(6, Server.Asked("GET", "blobs").Count);
    }

    [Fact]
    public async Task A_body_without_length_that_ends_early_is_not_taken_for_whole()
    {
        Server.Fault("GET", "blobs", r => r with { WithoutLength = true, Body = r.Body[..1000] });
        Assert.Equal(LayerBytes, await ReadLayerAsync(Client()));
    }
}

public sealed class StallTests : RegistryTest
{
    public StallTests() => Clock = new FastClock { Patience = TimeSpan.FromSeconds(1.5) };

    [Fact]
    public async Task Silence_in_the_middle_of_a_blob_is_a_break()
    {
        Server.Fault("GET", "blobs", Reply.Stall(1000));
        Assert.Equal(LayerBytes, await ReadLayerAsync(Client()));
    }

    [Fact]
    public async Task Silence_before_the_headers_is_one_too()
    {
        Server.Fault("GET", "manifests", r => r with { CutAfter = -1, Stalls = true });
        await Client().FetchManifestAsync(App, None);
        Assert.Contains(Notes, n => n.Contains("was silent", StringComparison.Ordinal));
    }
}
