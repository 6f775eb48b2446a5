using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using CsBuild.Oci.Model;

namespace CsBuild.Testing.Registry;

/// <summary>
/// A registry in this process, on a free port of 127.0.0.1: manifests, blobs with ranges, uploads whole and in
/// chunks, mounts, and faults by script. Its switches make it one of the many kinds of registries that there are.
/// </summary>
public sealed class InMemoryRegistry(X509Certificate2? certificate = null) : HttpServer(certificate)
{
    private readonly ConcurrentDictionary<(string Repository, string Digest), byte[]> _blobs = new();
    private readonly ConcurrentDictionary<(string Repository, string Name), (string Type, byte[] Bytes)> _manifests = new();
    private readonly ConcurrentDictionary<string, byte[]> _uploads = new();
    private int _count;

    public RegistryAccess Access { get; } = new();

    public bool KnowsRanges { get; set; } = true;

    public bool KnowsMounts { get; set; } = true;

    /// <summary>Larger bodies are refused with 413.</summary>
    public int LargestBody { get; set; } = int.MaxValue;

    public int? MinimumChunk { get; set; }

    public bool SaysDigests { get; set; } = true;

    /// <summary>Where uploads go on: before the path; empty for relative locations.</summary>
    public string UploadBase { get; set; } = "";

    public Descriptor AddBlob(string repository, byte[] bytes, string mediaType = MediaTypes.OciLayerGzip)
    {
        var digest = Digest.Of(bytes);
        _blobs[(repository, digest.ToString())] = bytes;
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
    }

    public Descriptor AddManifest(string repository, string tag, byte[] bytes, string mediaType = MediaTypes.OciManifest)
    {
        var digest = Digest.Of(bytes);
        _manifests[(repository, tag)] = _manifests[(repository, digest.ToString())] = (mediaType, bytes);
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
    }

    public byte[]? Blob(string repository, Digest digest) => _blobs.GetValueOrDefault((repository, digest.ToString()));

    public byte[]? Manifest(string repository, string tagOrDigest) => _manifests.GetValueOrDefault((repository, tagOrDigest)).Bytes;

    protected override Reply Answer(RecordedRequest request)
    {
        if (request.Path == "/token")
            return Access.GiveToken(request);
        var parts = request.Path.Split('/');
        var kind = Array.FindLastIndex(parts, p => p is "manifests" or "blobs");
        if (parts.Length < 5 || parts[1] != "v2" || kind < 3)
            return Reply.Empty(404);
        var repository = string.Join('/', parts[2..kind]);
        if (Access.Check(request, repository, Url) is { } refusal)
            return refusal;
        var name = Uri.UnescapeDataString(parts[kind + 1]);
        return (parts[kind], name, request.Method) switch
        {
            ("manifests", _, "PUT") => PutManifest(repository, name, request),
            ("manifests", _, _) => GetManifest(repository, name),
            (_, "uploads", "POST") => StartUpload(repository, request),
            (_, "uploads", "GET") => UploadStatus(repository, parts[^1], 204),
            (_, "uploads", "PATCH") => PatchUpload(repository, parts[^1], request),
            (_, "uploads", "PUT") => FinishUpload(repository, parts[^1], request),
            _ => GetBlob(repository, name, request),
        };
    }

    private Reply GetManifest(string repository, string name)
    {
        if (!_manifests.TryGetValue((repository, name), out var found))
            return Reply.Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        var reply = new Reply(200, found.Bytes) { Headers = { ["Content-Type"] = found.Type } };
        return SaysDigests ? reply.With("Docker-Content-Digest", Digest.Of(found.Bytes).ToString()) : reply;
    }

    private Reply PutManifest(string repository, string name, RecordedRequest request)
    {
        var added = AddManifest(repository, name, request.Body, request.Header("Content-Type")!);
        return Reply.Empty(201, ("Docker-Content-Digest", added.Digest.ToString()), ("Location", $"/v2/{repository}/manifests/{added.Digest}"));
    }

    private Reply GetBlob(string repository, string digest, RecordedRequest request)
    {
        if (!_blobs.TryGetValue((repository, digest), out var bytes))
            return Reply.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        var range = request.Header("Range");
        if (!KnowsRanges || range is null)
            return new Reply(200, bytes);
        var from = int.Parse(range["bytes=".Length..].TrimEnd('-'));
        return from >= bytes.Length
            ? Reply.Empty(416)
            : new Reply(206, bytes[from..]) { Headers = { ["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}" } };
    }

    private Reply StartUpload(string repository, RecordedRequest request)
    {
        if (KnowsMounts && request.Query("mount") is { } digest && _blobs.TryGetValue((request.Query("from")!, digest), out var bytes))
        {
            _blobs[(repository, digest)] = bytes;
            return Reply.Empty(201, ("Location", $"/v2/{repository}/blobs/{digest}"));
        }
        var id = $"upload-{Interlocked.Increment(ref _count)}";
        _uploads[id] = [];
        return UploadStatus(repository, id, 202);
    }

    private Reply UploadStatus(string repository, string id, int status)
    {
        if (!_uploads.TryGetValue(id, out var so))
            return Reply.Error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
        var reply = Reply.Empty(status, ("Location", $"{UploadBase}/v2/{repository}/blobs/uploads/{id}?state={so.Length}"), ("Range", $"0-{Math.Max(0, so.Length - 1)}"));
        return MinimumChunk is { } least ? reply.With("OCI-Chunk-Min-Length", $"{least}") : reply;
    }

    private Reply PatchUpload(string repository, string id, RecordedRequest request)
    {
        if (!_uploads.TryGetValue(id, out var so))
            return Reply.Error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
        if (request.Header("Content-Range")!.Split('-')[0] != $"{so.Length}")
            return Reply.Empty(416, ("Range", $"0-{Math.Max(0, so.Length - 1)}"));
        _uploads[id] = [.. so, .. request.Body];
        return UploadStatus(repository, id, 202);
    }

    private Reply FinishUpload(string repository, string id, RecordedRequest request)
    {
        if (request.Body.Length > LargestBody)
            return Reply.Empty(413);
        if (!_uploads.TryRemove(id, out var so))
            return Reply.Error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
        byte[] bytes = [.. so, .. request.Body];
        if (Digest.Of(bytes).ToString() != request.Query("digest"))
            return Reply.Error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        var added = AddBlob(repository, bytes);
        return Reply.Empty(201, ("Location", $"/v2/{repository}/blobs/{added.Digest}"), ("Docker-Content-Digest", added.Digest.ToString()));
    }
}
