using CsBuild.Oci.Content;

namespace CsBuild.Fetching.Http;

/// <summary>
/// What has come of a file while attempts to download it break off. An attempt goes on where the last one ended if the
/// server says that it can, and that the file is still the same: by a strong ETag, which stands for the very bytes.
/// </summary>
internal sealed class PartialDownload(IContentStore content) : IAsyncDisposable
{
    private const int MaxTagLength = 1024;

    private ContentIngest? _ingest;

    /// <summary>Bytes so far.</summary>
    public long Size { get; set; }

    /// <summary>Under which ETag the rest may be asked for; null where all has to come again.</summary>
    public string? Tag { get; private set; }

    /// <summary>Where bytes go. There is one once an answer has begun.</summary>
    public ContentIngest Ingest => _ingest ?? throw new InvalidOperationException("no answer has begun");

    /// <summary>The ETag of an answer as it stands there, also where it has no quotes; null where there is none that can be sent back.</summary>
    public static string? TagOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("ETag", out var values) && values.Count == 1
        && values.First().Trim() is { Length: > 0 and < MaxTagLength } tag && !AddressText.HasControl(tag) ? tag : null;

    /// <summary>Takes up an answer: as the rest of what is there, or as all of it.</summary>
    /// <returns>The length of the whole file; null where the server does not say it.</returns>
    public async Task<long?> BeginAsync(HttpSource source, HttpResponseMessage response)
    {
        var tag = TagOf(response);
        if ((int)response.StatusCode == 206)
        {
            var isRest = Tag is not null && response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } && from == Size && (tag is null || tag == Tag);
            if (isRest)
                return response.Content.Headers.ContentRange!.Length;
            await ForgetAsync().ConfigureAwait(false);
            throw HttpFailures.Broken(source, "the server sent another part than was asked for", null);
        }
        await ForgetAsync().ConfigureAwait(false);
        _ingest = content.BeginIngest();
        Tag = tag is ['"', ..] && response.Headers.AcceptRanges.Contains("bytes") ? tag : null;
        return response.Content.Headers.ContentLength;
    }

    /// <summary>Drops what has come.</summary>
    public async ValueTask ForgetAsync()
    {
        (Size, Tag) = (0, null);
        if (_ingest is { } ingest)
        {
            _ingest = null;
            await ingest.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ForgetAsync();
}
