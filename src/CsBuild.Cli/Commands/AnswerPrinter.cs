using System.Text.Json;
using CsBuild.Checking;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Results.Checks;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Commands;

/// <summary>Prints what a Dockerfile answers, as text or as a JSON document.</summary>
internal static class AnswerPrinter
{
    public static string Format(string text) => text is "text" or "json" ? text : throw new UsageException($"invalid format `{text}`", "text or json");

    public static int Print(Surroundings around, DockerfileQuestions questions, Action<TextWriter, DockerfileQuestions> text, Action<Utf8JsonWriter, DockerfileQuestions> json, string format)
    {
        if (format == "json")
            around.Output.WriteLine(SourceJson.Document(writer =>
            {
                writer.WriteStartObject();
                json(writer, questions);
                writer.WriteEndObject();
            }));
        else
            text(around.Output, questions);
        around.Output.Flush();
        return ExitCode.Success;
    }

    /// <summary>A member that is left out where it says nothing, as in BuildKit's documents.</summary>
    public static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    public static void WriteTrue(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
            json.WriteBoolean(name, true);
    }

    public static void WriteSource(Utf8JsonWriter json, DockerfileQuestions questions)
    {
        json.WriteStartArray("sources");
        json.WriteBase64StringValue(System.Text.Encoding.UTF8.GetBytes(questions.Text));
        json.WriteEndArray();
    }

    /// <summary>An array of objects, each with its place; left out where it is empty.</summary>
    public static void WriteObjects<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> all, Action<T> write, Func<T, SourceSpan> span)
    {
        if (all.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var one in all)
        {
            json.WriteStartObject();
            write(one);
            SourceJson.WriteLocation(json, span(one));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
