using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Rendering;

/// <summary>JSON lines in the form of <c>docker buildx build --progress=rawjson</c>: BuildKit's SolveStatus, one a line.</summary>
internal sealed class RawJsonRenderer(TextWriter writer) : IRenderer
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Dictionary<Digest, StepStarted> _steps = [];
    private readonly Dictionary<(Digest, string), DateTimeOffset> _parts = [];
    private Digest? _first;

    public TimeSpan? Interval => null;

    public void Render(BuildEvent happened)
    {
        switch (happened)
        {
            case StepStarted started:
                _first ??= started.Step;
                _steps[started.Step] = started;
                Line("vertexes", json => Vertex(json, started, null));
                break;
            case StepOutput output:
                Line("logs", json => Log(json, output));
                break;
            case StepExplained explained:
                Line("explanations", json => Explanation(json, explained));
                break;
            case StepAdvanced advanced:
                Line("statuses", json => Status(json, advanced));
                break;
            case StepCompleted completed when _steps.TryGetValue(completed.Step, out var started):
                Line("vertexes", json => Vertex(json, started, completed));
                break;
            case WarningRaised raised:
                Line("warnings", json => Warning(json, raised));
                break;
        }
    }

    public void Drained() => writer.Flush();

    public void Finish() => writer.Flush();

    private void Line(string kind, Action<Utf8JsonWriter> item)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray(kind);
            json.WriteStartObject();
            item(json);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        writer.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        writer.Write('\n');
    }

    private static void Vertex(Utf8JsonWriter json, StepStarted started, StepCompleted? completed)
    {
        json.WriteString("digest", started.Step.ToString());
        if (started.Inputs.Count > 0)
        {
            json.WriteStartArray("inputs");
            foreach (var input in started.Inputs)
                json.WriteStringValue(input.ToString());
            json.WriteEndArray();
        }
        json.WriteString("name", started.Name);
        json.WriteString("started", Time(started.Timestamp));
        if (completed is null)
            return;
        json.WriteString("completed", Time(completed.Timestamp));
        if (completed.Outcome == StepOutcome.Cached)
            json.WriteBoolean("cached", true);
        // buildx recognises a cancelled step by the end of its error
        if (completed.Outcome is StepOutcome.Failed or StepOutcome.Canceled)
            json.WriteString("error", completed.Error ?? (completed.Outcome == StepOutcome.Canceled ? "context canceled" : "failed"));
    }

    private static void Log(Utf8JsonWriter json, StepOutput output)
    {
        json.WriteString("vertex", output.Step.ToString());
        json.WriteNumber("stream", (int)output.Stream);
        json.WriteBase64String("data", output.Bytes.Span);
        json.WriteString("timestamp", Time(output.Timestamp));
    }

    // Not one of BuildKit's: there only where --explain-cache asks for it.
    private static void Explanation(Utf8JsonWriter json, StepExplained explained)
    {
        json.WriteString("vertex", explained.Step.ToString());
        json.WriteStartArray("reasons");
        foreach (var reason in explained.Reasons)
            json.WriteStringValue(reason.ToString());
        json.WriteEndArray();
        json.WriteString("timestamp", Time(explained.Timestamp));
    }

    private void Status(Utf8JsonWriter json, StepAdvanced advanced)
    {
        var key = (advanced.Step, advanced.Part);
        if (!_parts.TryGetValue(key, out var started))
            _parts[key] = started = advanced.Timestamp;
        json.WriteString("id", advanced.Part);
        json.WriteString("vertex", advanced.Step.ToString());
        if (advanced.Total is { } total)
            json.WriteNumber("total", total);
        json.WriteNumber("current", advanced.Current);
        json.WriteString("timestamp", Time(advanced.Timestamp));
        json.WriteString("started", Time(started));
        if (advanced.IsDone)
            json.WriteString("completed", Time(advanced.Timestamp));
    }

    private void Warning(Utf8JsonWriter json, WarningRaised raised)
    {
        var warning = raised.Warning;
        var place = warning.Span.StartLine > 0 ? $" (line {warning.Span.StartLine})" : "";
        if ((raised.Step ?? _first) is { } vertex)
            json.WriteString("vertex", vertex.ToString());
        json.WriteNumber("level", 1);
        json.WriteBase64String("short", Encoding.UTF8.GetBytes($"{warning.Id}: {warning.Message}{place}"));
        var rule = LintRules.Find(warning.Id);
        if ((rule?.Description ?? warning.Hint) is { } detail)
        {
            json.WriteStartArray("detail");
            json.WriteBase64StringValue(Encoding.UTF8.GetBytes(detail));
            json.WriteEndArray();
        }
        if (rule?.Url is { } url)
            json.WriteString("url", url);
        if (raised.Source is var (name, text))
        {
            json.WriteStartObject("sourceInfo");
            json.WriteString("filename", name);
            json.WriteBase64String("data", Encoding.UTF8.GetBytes(text));
            json.WriteString("language", "Dockerfile");
            json.WriteEndObject();
        }
        if (place.Length == 0)
            return;
        json.WriteStartArray("range");
        json.WriteStartObject();
        Position(json, "start", warning.Span.StartLine);
        Position(json, "end", warning.Span.EndLine);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Position(Utf8JsonWriter json, string name, int line)
    {
        json.WriteStartObject(name);
        json.WriteNumber("line", line);
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
