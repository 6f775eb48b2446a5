using System.Collections.Concurrent;
using CsBuild.Testing.Registry;

namespace CsBuild.Testing.Remote;

/// <summary>A web server with files, ETags that say what is in them, and dates.</summary>
public sealed class FileServer : HttpServer
{
    private readonly ConcurrentDictionary<string, Reply> _files = new();

    /// <summary>The header that is asked for; null: none.</summary>
    public string? Authorization { get; set; }

    /// <summary>Sends a part of a file to who asks for it and has the right ETag.</summary>
    public bool KnowsRanges { get; set; } = true;

    public FileServer With(string path, byte[] body, string? lastModified = null, string? tag = "\"v1\"")
    {
        var reply = new Reply(200, body);
        if (lastModified is not null)
            reply = reply.With("Last-Modified", lastModified);
        _files[path] = tag is null ? reply : reply.With("ETag", tag);
        return this;
    }

    public FileServer With(string path, string text, string? lastModified = null, string? tag = "\"v1\"") =>
        With(path, System.Text.Encoding.UTF8.GetBytes(text), lastModified, tag);

    protected override Reply Answer(RecordedRequest request)
    {
        if (!_files.TryGetValue(request.Path, out var reply))
            return Reply.Empty(404);
        if (Authorization is not null && request.Header("Authorization") != Authorization)
            return Reply.Empty(401);
        var tag = reply.Headers.GetValueOrDefault("ETag");
        if (request.Header("If-None-Match") is { } known && known == tag)
            return Reply.Empty(304);
        if (!KnowsRanges)
            return reply;
        reply = reply.With("Accept-Ranges", "bytes");
        if (request.Header("Range") is not ['b', 'y', 't', 'e', 's', '=', .. var range] || request.Header("If-Range") != tag)
            return reply;
        var from = int.Parse(range.TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        return (reply with { Status = 206, Body = reply.Body[from..] }).With("Content-Range", $"bytes {from}-{reply.Body.Length - 1}/{reply.Body.Length}");
    }
}
