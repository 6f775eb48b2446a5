using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>JSON for scripts.</summary>
internal static class JsonLines
{
    /// <summary>One object of texts, on one line.</summary>
    public static string Object(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        using var stream = new MemoryStream();
        using (var json = Writer(stream, indented: false))
        {
            json.WriteStartObject();
            foreach (var (key, value) in fields)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static Utf8JsonWriter Writer(Stream stream, bool indented) =>
        new(stream, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The value of --format.</summary>
    public static bool IsAsked(string? format) => format switch
    {
        null or "table" => false,
        "json" => true,
        _ => throw new UsageException($"invalid format `{format}`", "table or json"),
    };
}
