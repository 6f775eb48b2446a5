using System.Text.Json;
using CsBuild.Checking;
using CsBuild.Cli.Rendering;

namespace CsBuild.Cli.Commands;

/// <summary>What a target takes, in the forms of <c>docker buildx build --call=outline</c>.</summary>
internal static class OutlineAnswer
{
    public static void Write(TextWriter writer, DockerfileQuestions questions)
    {
        var outline = questions.Outline();
        if (outline.Name is { } name)
        {
            var described = outline.Description is not null;
            writer.WriteLine((described ? "TARGET:      " : "TARGET: ") + name);
            if (described)
                writer.WriteLine("DESCRIPTION: " + ControlText.OneLine(outline.Description!));
            writer.WriteLine();
        }
        WriteTable(writer, ["BUILD ARG", "VALUE", "DESCRIPTION"], outline.Arguments.Select(a => (string[])[a.Name, ControlText.OneLine(a.Value ?? ""), ControlText.OneLine(a.Description ?? "")]));
        WriteTable(writer, ["SECRET", "REQUIRED"], outline.Secrets.Select(Row));
        WriteTable(writer, ["SSH", "REQUIRED"], outline.Agents.Select(Row));
    }

    public static void WriteJson(Utf8JsonWriter json, DockerfileQuestions questions)
    {
        var outline = questions.Outline();
        AnswerPrinter.WriteText(json, "name", outline.Name);
        AnswerPrinter.WriteText(json, "description", outline.Description);
        AnswerPrinter.WriteObjects(json, "args", outline.Arguments, argument =>
        {
            json.WriteString("name", argument.Name);
            AnswerPrinter.WriteText(json, "description", argument.Description);
            AnswerPrinter.WriteText(json, "value", argument.Value);
        }, a => a.Span);
        AnswerPrinter.WriteObjects(json, "secrets", outline.Secrets, need => WriteNeed(json, need), n => n.Span);
        AnswerPrinter.WriteObjects(json, "ssh", outline.Agents, need => WriteNeed(json, need), n => n.Span);
        AnswerPrinter.WriteSource(json, questions);
    }

    private static string[] Row(OutlineNeed need) => [ControlText.OneLine(need.Id), need.IsRequired ? "true" : ""];

    private static void WriteNeed(Utf8JsonWriter json, OutlineNeed need)
    {
        json.WriteString("name", need.Id);
        AnswerPrinter.WriteTrue(json, "required", need.IsRequired);
    }

    private static void WriteTable(TextWriter writer, string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        Table.Write(writer, [head, .. all]);
        writer.WriteLine();
    }
}
