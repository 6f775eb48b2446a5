namespace CsBuild.Dockerfiles.Expansion;

/// <summary>What a <see cref="WordLexer"/> keeps and what it takes away.</summary>
/// <param name="Escape">The escape character.</param>
/// <param name="RawQuotes">Quotes stay in the result.</param>
/// <param name="RawEscapes">Escape characters stay in the result.</param>
/// <param name="IgnoreQuotes">Quotes are characters like any other.</param>
/// <param name="KeepUnset">A variable without a value stays as it is written.</param>
/// <param name="MaxLength">The longest result, in characters.</param>
internal sealed record LexerOptions(
    char Escape,
    bool RawQuotes = false,
    bool RawEscapes = false,
    bool IgnoreQuotes = false,
    bool KeepUnset = false,
    int MaxLength = WordExpander.MaxLength);
