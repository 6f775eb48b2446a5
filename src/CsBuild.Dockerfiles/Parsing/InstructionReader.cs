using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>The second pass: from a logical line to an instruction.</summary>
internal static class InstructionReader
{
    private static readonly string[] Keywords =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
        "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    public static Instruction Read(InstructionText text)
    {
        Instruction instruction = text.Keyword switch
        {
            "FROM" => FromGrammar.Read(text),
            "RUN" => RunGrammar.Read(text),
            "COPY" => FileGrammar.ReadCopy(text),
            "ADD" => FileGrammar.ReadAdd(text),
            "ENV" => PairGrammar.ReadEnv(text),
            "LABEL" => PairGrammar.ReadLabel(text),
            "ARG" => PairGrammar.ReadArg(text),
            "CMD" => CommandGrammar.ReadCmd(text),
            "ENTRYPOINT" => CommandGrammar.ReadEntrypoint(text),
            "SHELL" => CommandGrammar.ReadShell(text),
            "HEALTHCHECK" => HealthcheckGrammar.Read(text),
            "EXPOSE" => MetadataGrammar.ReadExpose(text),
            "VOLUME" => MetadataGrammar.ReadVolume(text),
            "USER" => MetadataGrammar.ReadUser(text),
            "WORKDIR" => MetadataGrammar.ReadWorkdir(text),
            "STOPSIGNAL" => MetadataGrammar.ReadStopsignal(text),
            "MAINTAINER" => MetadataGrammar.ReadMaintainer(text),
            "ONBUILD" => OnbuildGrammar.Read(text),
            _ => throw Unknown(text),
        };
        return text.Comments.Count == 0 ? instruction : instruction with { Comments = text.Comments };
    }

    private static SyntaxFault Unknown(InstructionText text)
    {
        var near = Suggestion.For(text.KeywordWord.Text, Keywords);
        return text.Fault(
            $"unknown instruction: {text.KeywordWord.Text}", text.KeywordWord.Span, near is null ? null : $"did you mean {near}?");
    }
}
