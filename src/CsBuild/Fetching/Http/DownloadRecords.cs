using System.Globalization;
using System.IO.Abstractions;
using System.Text;
using System.Text.Json;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Fetching.Http;

/// <summary>A download as it was last time.</summary>
/// <param name="Tag">The ETag with which the server is asked whether it still is so.</param>
/// <param name="Download">What it was.</param>
internal sealed record DownloadRecord(string Tag, Download Download);

/// <summary>
/// Remembers downloads by URL, one small file each. May be lost at any time: then the file is downloaded again. A damaged
/// record counts as none.
/// </summary>
/// <param name="files">Where they are.</param>
/// <param name="privateDirectory">The store's <c>csbuild</c>.</param>
/// <param name="use">Told which records are looked up or written, before they are.</param>
internal sealed class DownloadRecords(IFileSystem files, string privateDirectory, Action<Digest>? use = null)
{
    private const string Extension = ".json";
    private const int MaxSize = 64 << 10;

    private readonly string _directory = files.Path.Combine(privateDirectory, "downloads");

    public DownloadRecord? Find(HttpSource source)
    {
        try
        {
            var path = PathOf(source);
            return files.File.Exists(path) && files.FileInfo.FromFileName(path).Length <= MaxSize ? Read(files.File.ReadAllBytes(path), source) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    public void Set(HttpSource source, DownloadRecord record)
    {
        try
        {
            StoredFile.Replace(files.Path.Combine(_directory, "..", "tmp"), PathOf(source), Write(source, record));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not remembered, no more than that
        }
    }

    /// <summary>True where the bytes are a record, of whatever URL.</summary>
    public static bool IsIntact(byte[] bytes)
    {
        try
        {
            _ = Read(bytes);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    // The user name and password of a URL may be of consequence to what it gives; only their hash is on disk.
    private string PathOf(HttpSource source)
    {
        var name = Digest.Of(Encoding.UTF8.GetBytes(source.Address.AbsoluteUri));
        use?.Invoke(name);
        return files.Path.Combine(_directory, name.Hex + Extension);
    }

    private static byte[] Write(HttpSource source, DownloadRecord record)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("url", source.Shown);
            json.WriteString("etag", record.Tag);
            json.WriteString("digest", record.Download.Blob.Digest.ToString());
            json.WriteString("size", record.Download.Blob.Size.ToString(CultureInfo.InvariantCulture));
            if (record.Download.LastModified is { } time)
                json.WriteString("lastModified", time.Seconds.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static DownloadRecord? Read(byte[] bytes, HttpSource source) =>
        Read(bytes) is var (url, record) && url == source.Shown && !AddressText.HasControl(record.Tag) ? record : null;

    private static (string? Url, DownloadRecord Record) Read(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        var blob = new Descriptor
        {
            MediaType = Downloads.MediaType,
            Digest = Digest.Parse(root.GetProperty("digest").GetString()!),
            Size = long.Parse(root.GetProperty("size").GetString()!, NumberStyles.None, CultureInfo.InvariantCulture),
        };
        UnixTime? time = root.TryGetProperty("lastModified", out var modified)
            ? new UnixTime(long.Parse(modified.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : null;
        return (root.GetProperty("url").GetString(), new DownloadRecord(root.GetProperty("etag").GetString()!, new Download(blob, time)));
    }
}
