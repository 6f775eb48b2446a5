namespace CsBuild.Context;

/// <summary>
/// A pattern for paths: <c>*</c> and <c>?</c> stay inside one name, <c>[a-z]</c> and <c>[^a-z]</c> are classes,
/// <c>\</c> takes the next character as it is, and in an ignore file <c>**</c> spans any number of names.
/// </summary>
/// <remarks>
/// The pattern is a list of tokens that is run as a set of states, so that the time is at most pattern times path
/// and no pattern can make it explode.
/// </remarks>
public sealed class PathPattern
{
    /// <summary>Longer patterns are refused: nothing honest is as long as the longest path.</summary>
    public const int MaxLength = 4096;

    private readonly PatternToken[] _tokens;
    private readonly string? _literal;

    private PathPattern(string text, PatternToken[] tokens)
    {
        Text = text;
        _tokens = tokens;
        if (Array.TrueForAll(tokens, t => t.Kind == PatternKind.Literal))
            _literal = PatternParser.Text(tokens);
    }

    /// <summary>As parsed.</summary>
    public string Text { get; }

    /// <summary>A pattern of an ignore file or of <c>--exclude</c>, already cleaned: no leading slash, no <c>!</c>.</summary>
    /// <exception cref="FormatException">A class that is not closed, a lone <c>\</c>, or too long.</exception>
    public static PathPattern Parse(string text) => new(text, PatternParser.Parse(text, spanning: true));

    /// <summary>A wildcard of COPY and ADD, where <c>**</c> is no more than <c>*</c>.</summary>
    /// <exception cref="FormatException">As for <see cref="Parse"/>.</exception>
    public static PathPattern ParseWildcard(string text) => new(text, PatternParser.Parse(text, spanning: false));

    /// <summary>True if <paramref name="text"/> means more than itself: it has a wildcard, a class or an escape.</summary>
    public static bool HasWildcard(ReadOnlySpan<char> text) => text.IndexOfAny("*?[\\") >= 0;

    /// <summary>True if the whole of <paramref name="path"/> matches.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        if (_literal is not null)
            return path.SequenceEqual(_literal);
        // Most patterns end in a letter, and most paths end in another one.
        if (_tokens[^1] is { Kind: PatternKind.Literal, Value: <= char.MaxValue and var last } && (path.IsEmpty || path[^1] != last))
            return false;
        return Run(path, default, out _);
    }

    /// <summary>True if some path below the directory <paramref name="path"/> could match.</summary>
    public bool CanMatchBelow(ReadOnlySpan<char> path)
    {
        if (_literal is not null)
            return path.IsEmpty || (_literal.Length > path.Length && _literal[path.Length] == '/' && _literal.AsSpan().StartsWith(path));
        Run(path, path.IsEmpty ? default : "/", out var alive);
        return alive;
    }

    private bool Run(ReadOnlySpan<char> path, ReadOnlySpan<char> rest, out bool alive)
    {
        var count = _tokens.Length + 1;
        var now = count <= 256 ? stackalloc bool[count] : new bool[count];
        var next = count <= 256 ? stackalloc bool[count] : new bool[count];
        now.Clear();
        Enter(now, 0);
        alive = true;
        for (var part = 0; part < 2 && alive; part++)
        {
            var text = part == 0 ? path : rest;
            for (var i = 0; i < text.Length && alive;)
            {
                var c = PatternParser.Next(text, ref i);
                next.Clear();
                alive = Step(now, next, c);
                var swap = now;
                now = next;
                next = swap;
            }
        }
        return alive && now[count - 1];
    }

    private bool Step(ReadOnlySpan<bool> now, Span<bool> next, int c)
    {
        var any = false;
        for (var s = 0; s < _tokens.Length; s++)
        {
            if (!now[s] || !_tokens[s].Takes(c))
                continue;
            any = true;
            switch (_tokens[s].Kind)
            {
                case PatternKind.Names:
                    // Stays until a slash, and may end at each one.
                    next[s] = true;
                    if (c == '/')
                        Enter(next, s + 1);
                    break;
                case PatternKind.Star or PatternKind.All:
                    Enter(next, s);
                    break;
                default:
                    Enter(next, s + 1);
                    break;
            }
        }
        return any;
    }

    // Marks a state and those that are reached from it without taking a character.
    private void Enter(Span<bool> states, int state)
    {
        while (!states[state])
        {
            states[state] = true;
            if (state == _tokens.Length || _tokens[state].Kind is not (PatternKind.Star or PatternKind.All or PatternKind.Names))
                return;
            state++;
        }
    }
}
