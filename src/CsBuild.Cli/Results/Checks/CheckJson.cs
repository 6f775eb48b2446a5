using System.Text;
using System.Text.Json;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Results.Checks;

/// <summary>
/// What a check found, in the form of <c>docker buildx build --call=check,format=json</c>. Findings of rules that BuildKit
/// does not have also say their <c>severity</c>.
/// </summary>
internal static class CheckJson
{
    public static string Write(CheckOutcome outcome) => SourceJson.Document(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("warnings");
        for (var i = 0; i < outcome.Files.Count; i++)
            foreach (var finding in outcome.Files[i].Checked.Report.Findings)
                WriteWarning(json, finding, i);
        json.WriteEndArray();
        json.WriteStartArray("sources");
        foreach (var file in outcome.Files)
            WriteSource(json, file);
        json.WriteEndArray();
        WriteError(json, outcome);
        json.WriteEndObject();
    });

    private static void WriteWarning(Utf8JsonWriter json, LintFinding finding, int source)
    {
        json.WriteStartObject();
        json.WriteString("ruleName", finding.Rule.Name);
        json.WriteString("description", finding.Rule.Description);
        if (finding.Rule.Url is { } url)
            json.WriteString("url", url);
        json.WriteString("detail", finding.Message);
        if (!finding.Rule.IsBuildKits)
            json.WriteString("severity", Severities.Text(finding.Severity));
        SourceJson.WriteLocation(json, finding.Span, source);
        json.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter json, NamedCheck file)
    {
        json.WriteStartObject();
        json.WriteString("filename", file.Name);
        json.WriteBase64String("data", Encoding.UTF8.GetBytes(file.Checked.Text));
        json.WriteString("language", "Dockerfile");
        json.WriteEndObject();
    }

    // There is room for one error only: the first.
    private static void WriteError(Utf8JsonWriter json, CheckOutcome outcome)
    {
        for (var i = 0; i < outcome.Files.Count; i++)
        {
            if (outcome.Files[i].Checked.Report.Errors is not [var error, ..])
                continue;
            json.WriteStartObject("buildError");
            json.WriteString("message", error.Message);
            SourceJson.WriteLocation(json, error.Span, i);
            json.WriteEndObject();
            return;
        }
    }
}
