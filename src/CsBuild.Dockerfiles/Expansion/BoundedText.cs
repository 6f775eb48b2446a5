using System.Text;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>How much a whole expansion may still write; shared by all texts of one expansion.</summary>
internal sealed class ExpansionBudget(int maxLength)
{
    private long _left = 16L * maxLength;

    public int MaxLength { get; } = maxLength;

    public void Spend(long amount)
    {
        _left -= amount;
        if (_left < 0)
            throw new ExpansionException("expanding takes too much work");
    }
}

/// <summary>
/// A result under construction: the text, and, where words are asked for, the words that it falls into. Refuses to grow over its limit.
/// </summary>
internal sealed class BoundedText(ExpansionBudget budget, List<string>? words)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder? _word = words is null ? null : new();

    /// <summary>A character between quotes or after an escape: never separates.</summary>
    public void AddRaw(char character)
    {
        Reserve(1);
        _text.Append(character);
        _word?.Append(character);
    }

    public void AddRaw(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        _text.Append(text);
        _word?.Append(text);
    }

    /// <summary>A character as it stands: a blank ends the word.</summary>
    public void Add(char character)
    {
        Reserve(1);
        _text.Append(character);
        if (_word is null)
            return;
        if (char.IsWhiteSpace(character))
            EndWord();
        else
            _word.Append(character);
    }

    /// <summary>The value of a variable.</summary>
    public void Add(string value)
    {
        if (words is null)
        {
            AddRaw(value);
            return;
        }
        foreach (var character in value)
            Add(character);
    }

    public void EndWord()
    {
        if (_word is null or { Length: 0 })
            return;
        words!.Add(_word.ToString());
        _word.Clear();
    }

    public override string ToString() => _text.ToString();

    private void Reserve(int length)
    {
        budget.Spend(length);
        if (_text.Length + length > budget.MaxLength)
            throw new ExpansionException("a value is longer than 1 MiB");
    }
}
