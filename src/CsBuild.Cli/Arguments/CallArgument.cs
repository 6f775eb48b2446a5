using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>What is asked about a build.</summary>
internal enum CallMethod
{
    Check,
    Outline,
    Targets,
}

/// <summary>The value of --call: <c>METHOD[,format=text|json|sarif]</c>.</summary>
internal sealed record CallArgument(CallMethod Method, string Format)
{
    /// <summary>Null for a build.</summary>
    public static CallArgument? Parse(string? call, bool isCheck)
    {
        var words = (isCheck ? "check" : call ?? "build").Split(',');
        var format = "text";
        foreach (var word in words.Skip(1))
        {
            format = word.Split('=', 2) is ["format", var value] ? value : throw new UsageException($"invalid option `{word}` of --call", "format=text or format=json");
            if (format is not ("text" or "json" or "sarif"))
                throw new UsageException($"invalid format `{format}` of --call", "text or json");
        }
        if (format == "sarif" && words[0] is ("outline" or "targets"))
            throw new UsageException($"invalid format `sarif` of --call={words[0]}", "text or json");
        return words[0] switch
        {
            "" or "build" => null,
            "check" or "lint" => new CallArgument(CallMethod.Check, format),
            "outline" => new CallArgument(CallMethod.Outline, format),
            "targets" => new CallArgument(CallMethod.Targets, format),
            _ => throw new UsageException($"unsupported request `{words[0]}` of --call", "build, check, outline or targets"),
        };
    }
}
