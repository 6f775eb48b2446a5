using System.Text.Json;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Results.Checks;

/// <summary>What a check found, as SARIF 2.1.0: for code scanning services and editors.</summary>
internal static class CheckSarif
{
    public static string Write(CheckOutcome outcome, string version) => SourceJson.Document(json =>
    {
        var rules = outcome.Findings.Select(f => f.Rule).Distinct().OrderBy(r => r.Name, StringComparer.Ordinal).ToList();
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json, rules, version);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (var file in outcome.Files)
        {
            foreach (var finding in file.Checked.Report.Findings)
                WriteFinding(json, file, finding, rules.IndexOf(finding.Rule));
            foreach (var error in file.Checked.Report.Errors)
                WriteError(json, file, error);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteTool(Utf8JsonWriter json, List<LintRule> rules, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "csbuild");
        json.WriteString("version", version);
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Name);
            WriteText(json, "shortDescription", rule.Description);
            json.WriteStartObject("help");
            json.WriteString("text", rule.Url is { } page ? $"{rule.Description}: {page}" : rule.Description);
            if (RulePages.Find(rule) is { } markdown)
                json.WriteString("markdown", markdown);
            json.WriteEndObject();
            if (rule.Url is { } url)
                json.WriteString("helpUri", url);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", Level(rule.Severity));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter json, NamedCheck file, LintFinding finding, int rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Name);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", Level(finding.Severity));
        WriteText(json, "message", finding.Message);
        WriteLocation(json, file, finding.Span);
        if (finding.Fix is { } fix)
            WriteFix(json, file, fix);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, NamedCheck file, Diagnostic error)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", error.Id);
        json.WriteString("level", "error");
        WriteText(json, "message", error.Message);
        WriteLocation(json, file, error.Span);
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, NamedCheck file, SourceSpan span)
    {
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        WriteArtifact(json, file);
        if (span.StartLine > 0)
            WriteRegion(json, "region", span);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteFix(Utf8JsonWriter json, NamedCheck file, LintFix fix)
    {
        json.WriteStartArray("fixes");
        json.WriteStartObject();
        json.WriteStartArray("artifactChanges");
        json.WriteStartObject();
        WriteArtifact(json, file);
        json.WriteStartArray("replacements");
        foreach (var edit in fix.Edits)
        {
            json.WriteStartObject();
            WriteRegion(json, "deletedRegion", edit.Span);
            WriteText(json, "insertedContent", edit.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteArtifact(Utf8JsonWriter json, NamedCheck file)
    {
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', file.Name.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
    }

    private static void WriteRegion(Utf8JsonWriter json, string name, SourceSpan span)
    {
        json.WriteStartObject(name);
        json.WriteNumber("startLine", span.StartLine);
        json.WriteNumber("startColumn", Math.Max(1, span.StartColumn));
        json.WriteNumber("endLine", Math.Max(span.StartLine, span.EndLine));
        json.WriteNumber("endColumn", Math.Max(1, span.EndColumn));
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Info => "note",
        Severity.Warning => "warning",
        _ => "error",
    };
}
