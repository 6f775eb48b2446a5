using System.Globalization;
using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Execution;

/// <summary>The <c>created_by</c> texts, in BuildKit's spelling because tools parse them.</summary>
internal static class HistoryText
{
    private const string Suffix = " # buildkit";

    public static string Run(IReadOnlyList<KeyValuePair<string, string>> arguments, IReadOnlyList<string> command)
    {
        var text = new StringBuilder("RUN ");
        if (arguments.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"|{arguments.Count} ");
            foreach (var (name, value) in arguments)
                text.Append(CultureInfo.InvariantCulture, $"{name}={value} ");
        }
        return text.Append(string.Join(' ', command)).Append(Suffix).ToString();
    }

    public static string File(FileInstruction instruction, string? chown, string? chmod, IEnumerable<string> sources, string destination)
    {
        var text = new StringBuilder(instruction.Keyword);
        if (instruction is CopyInstruction { Parents: true })
            text.Append(" --parents");
        if (chown is not null)
            text.Append(" --chown=").Append(chown);
        if (chmod is not null)
            text.Append(" --chmod=").Append(chmod);
        foreach (var source in sources)
            text.Append(' ').Append(source);
        foreach (var heredoc in instruction.Heredocs)
            text.Append(" <<").Append(heredoc.Name);
        return text.Append(' ').Append(destination).Append(Suffix).ToString();
    }

    public static string Workdir(string path) => $"WORKDIR {path}";

    public static string Pairs(string keyword, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var text = new StringBuilder(keyword);
        foreach (var (name, value) in pairs)
            text.Append(' ').Append(name).Append('=').Append(value);
        return text.ToString();
    }

    public static string Arg(IEnumerable<KeyValuePair<string, string?>> arguments)
    {
        var text = new StringBuilder("ARG");
        foreach (var (name, value) in arguments)
        {
            text.Append(' ').Append(name);
            if (value is not null)
                text.Append('=').Append(value);
        }
        return text.ToString();
    }

    /// <summary>CMD and ENTRYPOINT: Go's <c>%q</c> of a list.</summary>
    public static string Command(string keyword, IEnumerable<string> arguments) =>
        $"{keyword} [{string.Join(' ', arguments.Select(GoText.Quote))}]";

    public static string List(string keyword, IEnumerable<string> words) => $"{keyword} [{string.Join(' ', words)}]";

    /// <summary>Go's <c>%q</c> of a pointer to a struct: fields without names, and the number of retries as a character.</summary>
    public static string Healthcheck(HealthcheckInstruction check)
    {
        TimeSpan?[] durations = [check.Interval, check.Timeout, check.StartPeriod, check.StartInterval];
        return $"HEALTHCHECK &{{[{string.Join(' ', check.Test.Select(GoText.Quote))}] "
            + $"{string.Join(' ', durations.Select(d => GoText.Quote(GoText.Duration(d))))} {GoText.QuoteCharacter(check.Retries)}}}";
    }
}
