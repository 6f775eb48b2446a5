using System.Net.Http.Headers;
using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>Manifests from and to one registry. Each method is one attempt.</summary>
internal sealed class ManifestTransfer(RegistryConnection connection, TimeProvider clock)
{
    private const string DigestHeader = "Docker-Content-Digest";
    private static readonly string[] Accepted = [MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest];

    public async Task<FetchedManifest> GetAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var question = connection.Ask(reference.Repository, $"fetch the manifest of `{reference}`");
        using var request = Request(HttpMethod.Get, reference);
        using var response = await connection.SendAsync(request, RequestScope.Pull(question), cancellationToken).ConfigureAwait(false);
        var bytes = await Wire.ReadAsync(response, OciJson.MaxDocumentSize, question, clock, cancellationToken).ConfigureAwait(false);
        var digest = Check(bytes, reference.Digest ?? HeaderDigest(response, question), question);
        try
        {
            var type = ManifestShape.MediaTypeOf(bytes, response.Content.Headers.ContentType?.MediaType);
            return new FetchedManifest(new Descriptor { MediaType = type, Digest = digest, Size = bytes.Length }, bytes);
        }
        catch (InvalidDataException e)
        {
            throw question.WrongContent($"what `{connection.Endpoint.Host}` sent cannot be used: {e.Message}");
        }
    }

    /// <summary>Null where the answer does not say enough to tell without the body.</summary>
    public async Task<Descriptor?> HeadAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var question = connection.Ask(reference.Repository, $"look up the manifest of `{reference}`");
        using var request = Request(HttpMethod.Head, reference);
        using var response = await connection.SendAsync(request, RequestScope.Pull(question), cancellationToken).ConfigureAwait(false);
        var digest = HeaderDigest(response, question);
        if (reference.Digest is not null && digest is not null && digest != reference.Digest)
            throw question.WrongContent($"`{connection.Endpoint.Host}` answers for `{digest}`");
        return (digest ?? reference.Digest) is { } known
            && response.Content.Headers is { ContentLength: { } size, ContentType.MediaType: { } type }
            && (MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type))
                ? new Descriptor { MediaType = type, Digest = known, Size = size }
                : null;
    }

    public async Task<Descriptor> PutAsync(ImageReference target, string mediaType, byte[] bytes, CancellationToken cancellationToken)
    {
        var question = connection.Ask(target.Repository, $"push the manifest of `{target}`");
        var digest = Check(bytes, target.Digest, question);
        using var request = new HttpRequestMessage(HttpMethod.Put, connection.Endpoint.Manifest(target.Repository, target.Tag ?? digest.ToString()))
        {
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        using var response = await connection.SendAsync(request, RequestScope.Push(question), cancellationToken).ConfigureAwait(false);
        if (HeaderDigest(response, question) is { } stored && stored.Algorithm == digest.Algorithm && stored != digest)
            throw question.WrongContent($"`{connection.Endpoint.Host}` stored it as `{stored}` and not as `{digest}`");
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
    }

    private HttpRequestMessage Request(HttpMethod method, ImageReference reference)
    {
        var request = new HttpRequestMessage(method, connection.Endpoint.Manifest(reference.Repository, reference.Digest?.ToString() ?? reference.Tag!));
        foreach (var type in Accepted)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    }

    private static Digest Check(byte[] bytes, Digest? expected, Question question)
    {
        var actual = expected?.Algorithm == "sha512"
            ? Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData(bytes)))
            : Digest.Of(bytes);
        return expected is null || actual == expected
            ? actual
            : throw question.WrongContent($"the bytes have the digest `{actual}`, not `{expected}`");
    }

    private static Digest? HeaderDigest(HttpResponseMessage response, Question question)
    {
        if (!response.Headers.TryGetValues(DigestHeader, out var values))
            return null;
        return Digest.TryParse(values.FirstOrDefault(), out var digest)
            ? digest
            : throw question.WrongContent("the answer names a malformed digest");
    }
}

/// <summary>A manifest as a registry gave it, verified. No tuple: code that is generic over a class is there before it is needed.</summary>
internal sealed record FetchedManifest(Descriptor Descriptor, byte[] Bytes);
