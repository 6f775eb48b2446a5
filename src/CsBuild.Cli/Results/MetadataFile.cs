using System.Text.Encodings.Web;
using System.Text.Json;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Results;

/// <summary>What --metadata-file and --iidfile hold; keys and layout are those of buildx.</summary>
internal static class MetadataFile
{
    public static void Write(string path, BuildResult result, string reference)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("buildx.build.ref", reference);
            json.WriteString("containerimage.config.digest", result.ConfigDigest.ToString());
            json.WritePropertyName("containerimage.descriptor");
            // through a document, so that it is indented like the rest
            using (var descriptor = JsonDocument.Parse(OciJson.Write(result.Image)))
                descriptor.RootElement.WriteTo(json);
            json.WriteString("containerimage.digest", result.Image.Digest.ToString());
            if (result.Names.Count > 0)
                json.WriteString("image.name", string.Join(',', result.Names));
            json.WriteEndObject();
        }
        WriteWhole(path, stream.ToArray());
    }

    /// <summary>Docker's image ID, without a line end.</summary>
    public static void WriteImageId(string path, BuildResult result) =>
        WriteWhole(path, System.Text.Encoding.ASCII.GetBytes(result.ConfigDigest.ToString()));

    // A script must never read half of it.
    private static void WriteWhole(string path, byte[] bytes)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, ".csbuild-" + Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new BuildException(BuildFailure.Output, $"`{path}` could not be written: {e.Message}", inner: e);
        }
    }
}
