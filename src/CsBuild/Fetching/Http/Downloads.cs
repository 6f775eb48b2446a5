using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Fetching.Http;

/// <summary>
/// Downloads files into the content store. What a server gave before is asked for again with its ETag; only where the
/// server itself says "not modified" the bytes of then are taken. Bytes become visible when they are whole, and where a
/// checksum is given only if they have it.
/// </summary>
internal sealed class Downloads(IContentStore content, DownloadRecords records, FetchOptions options, TimeProvider clock)
{
    public const string MediaType = "application/octet-stream";

    private const int BufferSize = 128 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>True: what was downloaded before is taken as it is, all else is refused.</summary>
    public bool IsOffline { get; init; }

    private readonly Retries _retries = new(clock, options.Note);

    /// <summary>Brings the file into the store.</summary>
    /// <param name="source">Which.</param>
    /// <param name="secrets">Where credentials come from.</param>
    /// <param name="advanced">Told bytes so far, and all bytes where they are known.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="FetchException">It cannot be had, or is not what was asked for.</exception>
    public async Task<Download> GetAsync(HttpSource source, FetchSecrets secrets, Action<long, long?> advanced, CancellationToken cancellationToken)
    {
        var known = records.Find(source);
        if (known is not null && !content.Contains(known.Download.Blob.Digest))
            known = null;
        if (source.Checksum is { } wanted && known?.Download.Blob.Digest == wanted)
            return known.Download;
        if (IsOffline)
            return known is not null ? Checked(source, known.Download) : throw new FetchException($"the build is offline, and {source} is not in the store");
        var authorization = HttpCredentials.For(source.Address, secrets);
        var partial = new PartialDownload(content);
        await using var _ = partial.ConfigureAwait(false);
        return await _retries.RunAsync(token => TryAsync(new Attempt(source, authorization, known, partial, advanced), token), cancellationToken).ConfigureAwait(false);
    }

    private sealed record Attempt(HttpSource Source, string? Authorization, DownloadRecord? Known, PartialDownload Partial, Action<long, long?> Advanced)
    {
        public HttpConditions Conditions => Partial.Tag is { } tag && Partial.Size > 0 ? new(null, tag, Partial.Size) : new(Known?.Tag, null, 0);
    }

    private async Task<Download> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Patience, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            using var hops = new HttpHops(options.Transport, attempt.Source.Address);
            using var response = await hops.GetAsync(attempt.Source.Address, attempt.Authorization, attempt.Conditions, linked.Token).ConfigureAwait(false);
            if ((int)response.StatusCode == 304 && attempt.Known is { } known)
                return Checked(attempt.Source, known.Download);
            if ((int)response.StatusCode == 416)
                await attempt.Partial.ForgetAsync().ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || ((int)response.StatusCode == 206 && attempt.Partial.Tag is null))
                throw HttpFailures.Status(attempt.Source, response, clock);
            return await SaveAsync(attempt, response, silence, linked.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        // A file that is too large, a wrong checksum, a full disk are what they are, however long they took.
        catch (Exception e) when (silence.IsCancellationRequested && HttpFailures.IsBrokenOff(e))
        {
            throw HttpFailures.Silent(attempt.Source);
        }
        catch (Exception e) when (HttpFailures.Of(attempt.Source, e) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<Download> SaveAsync(Attempt attempt, HttpResponseMessage response, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var total = await attempt.Partial.BeginAsync(attempt.Source, response).ConfigureAwait(false);
        if (total > options.MaxDownloadSize)
            throw TooLarge(attempt.Source);
        await ReceiveAsync(attempt, response, total, silence, cancellationToken).ConfigureAwait(false);
        // All has come; how long our own disk takes is not the server's silence.
        silence.CancelAfter(Timeout.InfiniteTimeSpan);
        var expected = attempt.Source.Checksum is { } sum ? new Descriptor { MediaType = MediaType, Digest = sum, Size = attempt.Partial.Size } : null;
        var blob = await CommitAsync(attempt.Source, attempt.Partial.Ingest, expected, cancellationToken).ConfigureAwait(false);
        // Dates before 1970 are as good as any.
        var modified = response.Content.Headers.LastModified is { } date ? UnixTime.From(date) : (UnixTime?)null;
        var download = new Download(blob, modified);
        if (PartialDownload.TagOf(response) is { } tag)
            records.Set(attempt.Source, new DownloadRecord(tag, download));
        return download;
    }

    private async Task ReceiveAsync(Attempt attempt, HttpResponseMessage response, long? total, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var partial = attempt.Partial;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[BufferSize];
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                silence.CancelAfter(Patience);
                if (partial.Size + read > options.MaxDownloadSize)
                    throw TooLarge(attempt.Source);
                await partial.Ingest.Stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                partial.Size += read;
                attempt.Advanced(partial.Size, total);
            }
            if (total is { } promised && promised != partial.Size)
                throw HttpFailures.Broken(attempt.Source, $"the answer ended after {partial.Size} of {promised} bytes", null);
        }
    }

    private static async Task<Descriptor> CommitAsync(HttpSource source, ContentIngest ingest, Descriptor? expected, CancellationToken cancellationToken)
    {
        try
        {
            return await ingest.CommitAsync(MediaType, expected, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e) when (expected is not null)
        {
            throw new FetchException($"digest mismatch for {source.Shown}: {e.Message}", inner: e);
        }
    }

    private static Download Checked(HttpSource source, Download download) => source.Checksum is null || source.Checksum == download.Blob.Digest
        ? download
        : throw new FetchException($"digest mismatch for {source.Shown}: {download.Blob.Digest} (expected: {source.Checksum})");

    private FetchException TooLarge(HttpSource source) => new($"{source.Shown} is larger than {options.MaxDownloadSize} bytes");
}
