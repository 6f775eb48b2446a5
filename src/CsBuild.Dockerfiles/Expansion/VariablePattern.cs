using System.Text;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>
/// The pattern of <c>${n#p}</c>, <c>${n%p}</c> and <c>${n/p/r}</c>: <c>*</c> and <c>?</c>, which stop at line ends, and
/// escapes. No sets. Matching takes each star's nearest (or last) place, so there is no backtracking.
/// </summary>
internal sealed class VariablePattern
{
    private const char AnyOne = '\uffff';

    private readonly ExpansionBudget _budget;

    /// <summary>What stands between the stars; at least one, and some may be empty.</summary>
    private readonly string[] _pieces;

    private VariablePattern(string[] pieces, ExpansionBudget budget) => (_pieces, _budget) = (pieces, budget);

    public static VariablePattern Parse(string text, ExpansionBudget budget)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character == '*')
            {
                pieces.Add(piece.ToString());
                piece.Clear();
                continue;
            }
            if (character == '\\')
            {
                var next = i + 1 < text.Length ? text[i + 1] : '\0';
                if (next is '}' or '/')
                    continue;
                if (next is not ('*' or '?' or '\\'))
                    throw new ExpansionException($"invalid pattern ({text}) in substitution: invalid escape '\\{next}'");
                character = next;
                i++;
            }
            else if (character == '?')
            {
                character = AnyOne;
            }
            piece.Append(character);
        }
        pieces.Add(piece.ToString());
        return new VariablePattern([.. pieces], budget);
    }

    public string TrimPrefix(string value, bool longest)
    {
        var end = MatchAt(value, 0, longest);
        return end < 0 ? value : value[end..];
    }

    public string TrimSuffix(string value, bool longest) =>
        Reverse(new VariablePattern([.. _pieces.Reverse().Select(Reverse)], _budget).TrimPrefix(Reverse(value), longest));

    /// <summary>Replaces the leftmost and longest match, or all that do not overlap.</summary>
    public void Replace(string value, string replacement, bool all, BoundedText text)
    {
        var copied = 0;
        var at = 0;
        var last = -1;
        while (at <= value.Length)
        {
            var end = MatchAt(value, at, longest: true);
            if (end < 0 || (end == at && at == last))
            {
                at = end == Failed || end >= 0 ? at + 1 : NextLine(value, at);
                continue;
            }
            text.AddRaw(value.AsSpan(copied..at));
            text.AddRaw(replacement);
            copied = last = end;
            if (!all)
                break;
            at = end > at ? end : at + 1;
        }
        text.AddRaw(value.AsSpan(copied));
    }

    private const int Failed = -1;
    private const int FailedOnLine = -2;

    /// <summary>
    /// The end of a match that starts at <paramref name="start"/>; <see cref="Failed"/>, or <see cref="FailedOnLine"/>
    /// where no later start on the same line can do better.
    /// </summary>
    private int MatchAt(string value, int start, bool longest)
    {
        if (!PieceAt(value, start, _pieces[0]))
            return Failed;
        var position = start + _pieces[0].Length;
        for (var i = 1; i < _pieces.Length; i++)
        {
            position = FindPiece(value, position, _pieces[i], last: longest && i == _pieces.Length - 1);
            if (position < 0)
                return FailedOnLine;
            position += _pieces[i].Length;
        }
        return position;
    }

    private int FindPiece(string value, int from, string piece, bool last)
    {
        var lineEnd = value.IndexOf('\n', from);
        if (lineEnd < 0)
            lineEnd = value.Length;
        _budget.Spend((lineEnd - from) / 16);
        if (last)
        {
            for (var i = lineEnd; i >= from; i--)
            {
                if (PieceAt(value, i, piece))
                    return i;
            }
            return -1;
        }
        for (var i = from; i <= lineEnd; i++)
        {
            if (PieceAt(value, i, piece))
                return i;
        }
        return -1;
    }

    private bool PieceAt(string value, int start, string piece)
    {
        if (start + piece.Length > value.Length)
            return false;
        for (var i = 0; i < piece.Length; i++)
        {
            var character = value[start + i];
            if (piece[i] == AnyOne ? character == '\n' : character != piece[i])
            {
                _budget.Spend(i / 16);
                return false;
            }
        }
        return true;
    }

    private static int NextLine(string value, int from)
    {
        var end = value.IndexOf('\n', from);
        return end < 0 ? value.Length + 1 : end + 1;
    }

    private static string Reverse(string text)
    {
        var characters = text.ToCharArray();
        Array.Reverse(characters);
        return new string(characters);
    }
}
