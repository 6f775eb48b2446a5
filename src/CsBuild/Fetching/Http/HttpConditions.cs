using System.Globalization;
using System.Net.Http.Headers;

namespace CsBuild.Fetching.Http;

/// <summary>What is said in a request of what is there already.</summary>
/// <param name="KnownTag">The ETag of the whole file; null where there is none.</param>
/// <param name="PartTag">The ETag of a file of which a part is there; null where there is none.</param>
/// <param name="PartSize">The length of that part in bytes.</param>
internal sealed record HttpConditions(string? KnownTag, string? PartTag, long PartSize)
{
    public void AddTo(HttpRequestHeaders headers)
    {
        if (KnownTag is not null)
            headers.TryAddWithoutValidation("If-None-Match", KnownTag);
        if (PartTag is null)
            return;
        headers.TryAddWithoutValidation("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={PartSize}-"));
        headers.TryAddWithoutValidation("If-Range", PartTag);
    }
}
