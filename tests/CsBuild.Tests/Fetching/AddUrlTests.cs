using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

public sealed class AddUrlTests : IDisposable
{
    private const string Date = "Wed, 21 Oct 2015 07:28:00 GMT";
    private const long Seconds = 1445412480;
    private readonly FileServer _server = new();
    private readonly TestBuild _build = new();

    public void Dispose()
    {
        _build.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _server.Dispose();
    }

    [Fact]
    public async Task A_URL_is_a_file_of_its_name_with_mode_0600_and_the_servers_date()
    {
        _server.With("/dir/tool", "hello", Date);
        var result = await AddAsync("/dir/tool", "/bin/");
        var file = await EntryAsync(result, "bin/tool");
        Assert.Equal((0x180, Seconds, 0u, 0u), (file.Mode, file.Mtime.Seconds, file.Uid, file.Gid));
        Assert.Equal("hello", (await _build.FilesAsync(result))["bin/tool"]);
        Assert.Equal($"ADD {_server.Url}/dir/tool /bin/ # buildkit", (await _build.ConfigAsync(result)).History![^1].CreatedBy);
    }

    [Fact]
    public async Task Without_a_date_the_file_is_of_1970_and_without_a_slash_the_destination_is_its_name()
    {
        _server.With("/x", "hello", tag: null);
        var file = await EntryAsync(await AddAsync("/x", "/y", "--chmod=755 --chown=5:6"), "y");
        Assert.Equal((0x1ED, 0L, 5u, 6u), (file.Mode, file.Mtime.Seconds, file.Uid, file.Gid));
    }

    [Fact]
    public async Task What_did_not_change_is_not_sent_again()
    {
        _server.With("/x", "hello", Date);
        await AddAsync("/x", "/");
        var again = await AddAsync("/x", "/");
        Assert.Equal((0, 1), (again.StepsRun, again.StepsCached));
        Assert.Equal([null, "\"v1\""], _server.Requests.Select(r => r.Header("If-None-Match")));

        await AddAsync("/x", "/elsewhere/"); // another step: the bytes of the first download serve it
        Assert.Equal("\"v1\"", _server.Requests[^1].Header("If-None-Match"));
    }

    [Fact]
    public async Task The_key_is_the_content_and_not_the_URL_or_the_date()
    {
        _server.With("/a/x", "hello", Date).With("/b/x", "hello", "Wed, 21 Oct 2020 07:28:00 GMT", "\"v2\"");
        await AddAsync("/a/x", "/");
        var moved = await AddAsync("/b/x", "/");
        Assert.Equal(0, moved.StepsRun);

        _server.With("/b/x", "other", Date, "\"v3\"");
        var changed = await AddAsync("/b/x", "/");
        Assert.Equal(1, changed.StepsRun);
    }

    [Fact]
    [Trait("Rule", "S38")]
    public async Task A_server_that_sends_the_tag_of_before_with_other_bytes_is_not_believed()
    {
        _server.With("/x", "one");
        await AddAsync("/x", "/");
        _server.With("/x", "two");
        _server.Fault("GET", "/x", _ => new Reply(200, "two"u8.ToArray()).With("ETag", "\"v1\""));
        Assert.Equal("two", (await _build.FilesAsync(await AddAsync("/x", "/")))["x"]);
    }

    [Fact]
    public async Task With_a_checksum_a_second_build_asks_nobody()
    {
        _server.With("/x", "hello", Date);
        var flag = $"--checksum={Digest.Of("hello"u8)}";
        await AddAsync("/x", "/", flag);
        var again = await AddAsync("/x", "/", flag);
        Assert.Equal(0, again.StepsRun);
        Assert.Single(_server.Requests);
    }

    [Fact]
    [Trait("Rule", "S38")]
    public async Task Bytes_that_do_not_have_the_checksum_are_nowhere()
    {
        _server.With("/x", "evil");
        var blobs = Blobs();
        var failure = await Assert.ThrowsAsync<BuildException>(() => AddAsync("/x", "/", $"--checksum={Digest.Of("good"u8)}"));
        Assert.Equal(BuildFailure.Source, failure.Failure);
        Assert.Contains("digest mismatch", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Span!.Value.StartLine);
        Assert.Equal(blobs, Blobs());
    }

    [Fact]
    public async Task Archives_are_unpacked_only_where_that_is_asked_for()
    {
        var tar = TestLayers.Tar(("dir/file", "content"));
        _server.With("/a.tar", tar);
        Assert.Equal(["a.tar"], (await _build.FilesAsync(await AddAsync("/a.tar", "/"))).Keys);
        Assert.Equal(["dir", "dir/file"], (await _build.FilesAsync(await AddAsync("/a.tar", "/", "--unpack"))).Keys);
    }

    [Fact]
    public async Task URLs_and_paths_may_stand_side_by_side()
    {
        _server.With("/x", "x");
        _build.With("a", "a").With("b", "b");
        var result = await _build.RunAsync($"FROM scratch\nADD a {_server.Url}/x b /d/");
        Assert.Equal(["d", "d/a", "d/b", "d/x"], (await _build.FilesAsync(result)).Keys);
    }

    [Theory]
    [InlineData("ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 a b /", "checksum can't be specified for multiple sources")]
    [InlineData("ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 a /", "checksum requires HTTP(S) or Git sources")]
    [InlineData("ADD --checksum=sha256:00 http://127.0.0.1:1/a /", "invalid checksum sha256:00")]
    [InlineData("COPY http://127.0.0.1:1/a /", "source can't be a URL for COPY")]
    [InlineData("COPY git@h:a /", "source can't be a git ref for COPY")]
    [InlineData("ADD http://127.0.0.1:1/a%0ab /", "control characters")]
    public async Task What_makes_no_sense_is_refused(string instruction, string message)
    {
        _build.With("a", "a").With("b", "b");
        var failure = await Assert.ThrowsAsync<BuildException>(() => _build.RunAsync("FROM scratch\n" + instruction));
        Assert.Equal(BuildFailure.Dockerfile, failure.Failure);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_and_headers_come_from_secrets_named_after_the_host()
    {
        _server.With("/x", "x").Authorization = "Bearer t0k";
        var refused = await Assert.ThrowsAsync<BuildException>(() => AddAsync("/x", "/"));
        Assert.Contains("invalid response status 401", refused.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP_AUTH_TOKEN_127.0.0.1", refused.Hint, StringComparison.Ordinal);

        await AddAsync("/x", "/", secrets: ("HTTP_AUTH_TOKEN_127.0.0.1", "t0k\n"));
        _server.Authorization = "Custom abc";
        await AddAsync("/x", "/", secrets: ("HTTP_AUTH_HEADER_127.0.0.1", "Custom abc"));
        _server.Authorization = "Basic " + Convert.ToBase64String("us:pw"u8);
        await _build.RunAsync($"FROM scratch\nADD http://us:pw@{_server.Address}/x /");
        Assert.DoesNotContain(_build.Events.OfType<StepCompleted>(), e => e.Error is not null);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_download_that_breaks_off_and_it_is_tried_again()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 100_000));
        _server.With("/x", body, tag: null);
        _server.Fault("GET", "/x", Reply.Cut(50_000));
        var result = await AddAsync("/x", "/");
        Assert.Equal(2, _server.Requests.Count);
        Assert.Equal(100_000, (await EntryAsync(result, "x")).Size);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was_while_the_file_is_the_same()
    {
        var body = Enumerable.Range(0, 400_000).Select(i => (byte)(i * 7 >> 8)).ToArray();
        _server.With("/x", body, Date);
        _server.Fault("GET", "/x", Reply.Cut(150_000), times: 2);
        var result = await AddAsync("/x", "/");
        Assert.Equal(Digest.Of(body), (await EntryAsync(result, "x")).Content.ToDigest());
        Assert.Equal([null, "\"v1\"", "\"v1\""], _server.Requests.Select(r => r.Header("If-Range")));
        var parts = _server.Requests.Skip(1).Select(r => int.Parse(r.Header("Range")!["bytes=".Length..^1])).ToArray();
        Assert.InRange(parts[0], 1, 150_000);
        Assert.InRange(parts[1], parts[0] + 1, 300_000);
    }

    [Theory]
    [InlineData("\"v1\"", true, "another file by now")]
    [InlineData("W/\"v1\"", true, null)]
    [InlineData("v1", true, null)]
    [InlineData("\"v1\"", false, null)]
    public async Task A_download_begins_again_where_the_server_does_not_promise_the_same_bytes(string tag, bool knowsRanges, string? other)
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 300_000));
        _server.KnowsRanges = knowsRanges;
        _server.With("/x", body, tag: tag);
        _server.Fault("GET", "/x", reply =>
        {
            if (other is not null && reply.Status != 0)
                _server.With("/x", other, tag: "\"v2\"");
            return reply with { CutAfter = 150_000 };
        });
        var result = await AddAsync("/x", "/");
        Assert.Equal(other?.Length ?? body.Length, (await EntryAsync(result, "x")).Size);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_part_that_was_not_asked_for_is_not_put_to_the_rest()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 300_000));
        _server.With("/x", body);
        _server.Fault("GET", "/x", Reply.Cut(150_000));
        _server.Fault("GET", "/x", reply => reply with { Headers = new(reply.Headers) { ["Content-Range"] = "bytes 5-299999/300000" } });
        var result = await AddAsync("/x", "/");
        Assert.Equal(Digest.Of(body), (await EntryAsync(result, "x")).Content.ToDigest());
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData("W/\"v1\"")]
    [InlineData("v1")]
    public async Task Weak_tags_and_tags_without_quotes_are_asked_with_as_they_are(string tag)
    {
        _server.With("/x", "hello", tag: tag);
        await AddAsync("/x", "/");
        Assert.Equal(0, (await AddAsync("/x", "/")).StepsRun);
        Assert.Equal([null, tag], _server.Requests.Select(r => r.Header("If-None-Match")));
    }

    [Fact]
    public async Task A_missing_file_is_an_error_at_once()
    {
        var failure = await Assert.ThrowsAsync<BuildException>(() => AddAsync("/none", "/"));
        Assert.Contains("invalid response status 404", failure.Message, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Redirects_are_followed_with_the_name_of_the_first_URL_and_credentials_stay_behind()
    {
        using var other = new FileServer();
        other.With("/real", "x");
        _server.Fault("GET", "/x", Reply.RedirectTo($"{other.Url}/real"), times: 5);
        var result = await AddAsync("/x", "/", secrets: ("HTTP_AUTH_TOKEN_127.0.0.1", "t0k"));
        Assert.Equal(["x"], (await _build.FilesAsync(result)).Keys);
        Assert.Equal("Bearer t0k", _server.Requests.Single().Header("Authorization"));
        Assert.Null(other.Requests.Single().Header("Authorization"));
    }

    private Task<BuildResult> AddAsync(string path, string destination, string flags = "", params (string Id, string Value)[] secrets) => _build.RunAsync(
        $"FROM scratch\nADD {flags} {_server.Url}{path} {destination}",
        r => r with { Secrets = secrets.ToDictionary(s => s.Id, s => (SecretSource)new SecretSource.Value(Encoding.UTF8.GetBytes(s.Value))) });

    private async Task<LayerEntry> EntryAsync(BuildResult result, string path)
    {
        var manifest = await _build.ManifestAsync(result);
        var config = await _build.ConfigAsync(result);
        var index = await _build.Builder.Store.Layers.GetIndexAsync(new Layer(config.RootFs.DiffIds[^1], manifest.Layers[^1]), default);
        return index.Entries.Single(e => e.Path == path);
    }

    private string[] Blobs() => [.. Directory.EnumerateFiles(Path.Combine(_build.Builder.Store.Root), "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(_build.Builder.Store.Root, f)).Where(f => f.StartsWith("blobs", StringComparison.Ordinal) || f.Contains("downloads", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
