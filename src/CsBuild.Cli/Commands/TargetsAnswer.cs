using System.Text.Json;
using CsBuild.Checking;
using CsBuild.Cli.Rendering;

namespace CsBuild.Cli.Commands;

/// <summary>What can be built, in the forms of <c>docker buildx build --call=targets</c>.</summary>
internal static class TargetsAnswer
{
    public static void Write(TextWriter writer, DockerfileQuestions questions)
    {
        // A stage that has no name can only be built where it is the last.
        var rows = questions.Targets().Where(t => t.Name is not null || t.IsDefault)
            .Select(t => (string[])[t.Name is null ? "(default)" : t.IsDefault ? $"{t.Name} (default)" : t.Name, ControlText.OneLine(t.Description ?? "")]);
        Table.Write(writer, [["TARGET", "DESCRIPTION"], .. rows], gap: 1);
    }

    public static void WriteJson(Utf8JsonWriter json, DockerfileQuestions questions)
    {
        AnswerPrinter.WriteObjects(json, "targets", questions.Targets(), target =>
        {
            AnswerPrinter.WriteText(json, "name", target.Name);
            AnswerPrinter.WriteTrue(json, "default", target.IsDefault);
            AnswerPrinter.WriteText(json, "description", target.Description);
            AnswerPrinter.WriteText(json, "base", target.Base);
            AnswerPrinter.WriteText(json, "platform", target.Platform);
        }, t => t.Span);
        AnswerPrinter.WriteSource(json, questions);
    }
}
