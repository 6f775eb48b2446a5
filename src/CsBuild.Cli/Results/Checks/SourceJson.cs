using System.Text;
using System.Text.Json;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Results.Checks;

/// <summary>The parts that BuildKit's documents about a Dockerfile share: places and sources.</summary>
internal static class SourceJson
{
    /// <summary>A member <c>location</c>: one range for each line, without columns.</summary>
    public static void WriteLocation(Utf8JsonWriter json, SourceSpan span, int source = 0)
    {
        json.WriteStartObject("location");
        if (source > 0)
            json.WriteNumber("sourceIndex", source);
        if (span.StartLine > 0)
        {
            json.WriteStartArray("ranges");
            for (var line = span.StartLine; line <= Math.Max(span.StartLine, span.EndLine); line++)
            {
                json.WriteStartObject();
                WritePosition(json, "start", line);
                WritePosition(json, "end", line);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>A document of its own, indented as BuildKit's are.</summary>
    public static string Document(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WritePosition(Utf8JsonWriter json, string name, int line)
    {
        json.WriteStartObject(name);
        json.WriteNumber("line", line);
        json.WriteEndObject();
    }
}
