using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>COPY</c> and <c>ADD</c>: flags, sources, one destination, in words or in JSON form.</summary>
internal static class FileGrammar
{
    public static CopyInstruction ReadCopy(InstructionText text)
    {
        var paths = PathsOf(text);
        if (text.Flags.Count > 0 && text.Flags.FirstOrDefault(f => f.Name == "checksum") is { } checksum)
            throw text.Fault("checksum can't be specified for COPY", checksum.Span, "use ADD --checksum=…");
        var flags = FlagSet.Check(text, "from", "chown", "chmod", "link", "parents", "exclude*");
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
        var flags = FlagSet.Check(text, "chown", "chmod", "link", "checksum", "keep-git-dir", "unpack", "exclude*");
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
        if (HeredocHead.TryParse(destination.Text) is not null)
            throw text.Fault($"{text.Keyword} cannot accept a heredoc as a destination", destination.Span);
        var sources = new List<Lexeme>();
        var heredocs = new List<Heredoc>();
        foreach (var word in words.Take(words.Length - 1))
        {
            if (HeredocHead.TryParse(word.Text) is { } head)
                heredocs.Add(BodyOf(text, word, head));
            else
                sources.Add(word);
        }
        return new Paths(Lexeme.ToWords(sources), heredocs, destination.ToWord());
    }

    /// <summary>Two with one name are one file; the last one is what it holds.</summary>
    private static Heredoc BodyOf(InstructionText text, Lexeme word, HeredocHead head) =>
        text.Heredocs.LastOrDefault(h => h.Head.Name == head.Name) is { } heredoc
            ? heredoc.ToHeredoc() with { Span = word.Span }
            : throw text.Fault($"the heredoc {word.Text} has no body", word.Span);

    private sealed record Paths(IReadOnlyList<Word> Sources, IReadOnlyList<Heredoc> Heredocs, Word Destination);
}
