using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>COPY</c> and <c>ADD</c>: flags, sources, one destination, in words or in JSON form.</summary>
internal static class FileGrammar
{
    private static readonly string[] CopyFlags = ["from", "chown", "chmod", "link", "parents", "exclude*"];
    private static readonly string[] AddFlags = ["chown", "chmod", "link", "checksum", "keep-git-dir", "unpack", "exclude*"];

    public static CopyInstruction ReadCopy(InstructionText text)
    {
        var paths = PathsOf(text);
        if (text.Flag("checksum") is { } checksum)
            throw text.Fault("checksum can't be specified for COPY", checksum.Span, "use ADD --checksum=…");
        var flags = FlagSet.Check(text, CopyFlags);
        return new CopyInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Sources = paths.Sources,
            Heredocs = paths.Heredocs,
            Destination = paths.Destination,
            From = flags.Value("from"),
            Chown = flags.Value("chown"),
            Chmod = flags.Value("chmod"),
            Link = flags.Switch("link") ?? false,
            Parents = flags.Switch("parents") ?? false,
            Exclude = flags.Values("exclude"),
        };
    }

    public static AddInstruction ReadAdd(InstructionText text)
    {
        var paths = PathsOf(text);
        var flags = FlagSet.Check(text, AddFlags);
        return new AddInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Sources = paths.Sources,
            Heredocs = paths.Heredocs,
            Destination = paths.Destination,
            Checksum = flags.Value("checksum"),
            Chown = flags.Value("chown"),
            Chmod = flags.Value("chmod"),
            Link = flags.Switch("link") ?? false,
            KeepGitDir = flags.Switch("keep-git-dir"),
            Unpack = flags.Switch("unpack"),
            Exclude = flags.Values("exclude"),
        };
    }

    private static Paths PathsOf(InstructionText text)
    {
        var words = MetadataGrammar.WordsOf(text);
        if (words.Length < 2)
            throw text.Fault($"{text.Keyword} requires at least two arguments, but only one was provided. Destination could not be determined");
        var destination = words[^1];
        if (text.Heredocs.Count == 0)
            return new Paths(Lexeme.ToWords(words, words.Length - 1), [], destination.ToWord());
        return HeredocHead.TryParse(destination.Text) is null
            ? WithHeredocs(text, words.AsSpan(..^1), destination)
            : throw text.Fault($"{text.Keyword} cannot accept a heredoc as a destination", destination.Span);
    }

    private static Paths WithHeredocs(InstructionText text, ReadOnlySpan<Lexeme> words, Lexeme destination)
    {
        var bodies = new Dictionary<string, HeredocText>(StringComparer.Ordinal);
        foreach (var heredoc in text.Heredocs)
            bodies[heredoc.Head.Name] = heredoc; // two with one name are one file; the last one is what it holds
        var sources = new List<Lexeme>();
        var heredocs = new List<Heredoc>();
        foreach (var word in words)
        {
            if (HeredocHead.TryParse(word.Text) is not { } head)
                sources.Add(word);
            else if (bodies.TryGetValue(head.Name, out var heredoc))
                heredocs.Add(heredoc.ToHeredoc() with { Span = word.Span });
            else
                throw text.Fault($"the heredoc {word.Text} has no body", word.Span);
        }
        CheckAllTaken(text, bodies, heredocs);
        return new Paths(Lexeme.ToWords(sources), heredocs, destination.ToWord());
    }

    // To a shell `<< NAME` is one word, and the lines below are its body; here it is two, and nothing would hold them.
    private static void CheckAllTaken(InstructionText text, Dictionary<string, HeredocText> bodies, List<Heredoc> heredocs)
    {
        foreach (var taken in heredocs)
            bodies.Remove(taken.Name);
        if (text.Heredocs.FirstOrDefault(h => bodies.ContainsKey(h.Head.Name)) is { Head.Name: var lost })
            throw text.Fault($"the heredoc {lost} is not a word of its own", hint: "no blank may stand in its name or before it");
    }

    private sealed record Paths(IReadOnlyList<Word> Sources, IReadOnlyList<Heredoc> Heredocs, Word Destination);
}
