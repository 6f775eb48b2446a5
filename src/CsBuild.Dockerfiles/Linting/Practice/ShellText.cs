using System.Text;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>
/// Takes a shell text apart into simple commands: enough to see which programs run with which words. What is inside
/// <c>$( )</c>, backticks and here-documents is left alone. Reads each character once.
/// </summary>
internal sealed class ShellText
{
    private static readonly string[] Keywords = ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "!", "{", "}", "in"];

    private readonly string _text;
    private readonly List<ShellCommand> _commands = [];
    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private int _position;
    private bool _inWord;
    private bool _skipsNext;

    private ShellText(string text) => _text = text;

    public static IReadOnlyList<ShellCommand> Parse(string text)
    {
        var reading = new ShellText(text);
        reading.Read();
        return reading._commands;
    }

    private void Read()
    {
        while (_position < _text.Length)
        {
            var character = _text[_position];
            if (character == '<' && At("<<") && !At("<<<"))
                break;
            if (!ReadBreak(character))
                ReadInWord(character);
        }
        EndCommand(isPiped: false);
    }

    private bool ReadBreak(char character)
    {
        switch (character)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                break;
            case '\n' or ';' or '(' or ')':
                EndCommand(isPiped: false);
                break;
            case '&' when _position + 1 < _text.Length && _text[_position + 1] == '>':
                return false;
            case '&':
                EndCommand(isPiped: false);
                break;
            case '|':
                var isOr = At("||");
                EndCommand(isPiped: !isOr);
                _position += isOr ? 1 : 0;
                break;
            case '#' when !_inWord:
                var end = _text.IndexOf('\n', _position);
                _position = (end < 0 ? _text.Length : end) - 1;
                break;
            case '>' or '<':
                // 2>file: the number belongs to the redirection, and what follows is no argument.
                if (_inWord && _word.ToString().All(char.IsAsciiDigit))
                    (_inWord, _) = (false, _word.Clear());
                EndWord();
                while (_position + 1 < _text.Length && _text[_position + 1] is '>' or '<' or '&')
                    _position++;
                _skipsNext = true;
                break;
            default:
                return false;
        }
        _position++;
        return true;
    }

    private void ReadInWord(char character)
    {
        _position++;
        switch (character)
        {
            case '\\' when _position < _text.Length:
                if (_text[_position] != '\n')
                    Add(_text[_position]);
                _position++;
                break;
            case '\'':
                var close = _text.IndexOf('\'', _position);
                close = close < 0 ? _text.Length : close;
                Add(_text.AsSpan(_position..close));
                _position = Math.Min(close + 1, _text.Length);
                break;
            case '"':
                ReadDoubleQuoted();
                break;
            case '$' when _position < _text.Length && _text[_position] == '(':
                Add('$');
                ReadNested();
                break;
            case '`':
                var end = _text.IndexOf('`', _position);
                end = end < 0 ? _text.Length : end;
                Add(_text.AsSpan((_position - 1)..end));
                _position = Math.Min(end + 1, _text.Length);
                break;
            default:
                Add(character);
                break;
        }
    }

    private void ReadDoubleQuoted()
    {
        _inWord = true;
        while (_position < _text.Length && _text[_position] != '"')
        {
            if (_text[_position] == '\\' && _position + 1 < _text.Length)
                _position++;
            Add(_text[_position++]);
        }
        _position++;
    }

    private void ReadNested()
    {
        var depth = 0;
        while (_position < _text.Length)
        {
            var character = _text[_position++];
            Add(character);
            if (character == '(')
                depth++;
            else if (character == ')' && --depth == 0)
                return;
        }
    }

    private bool At(string text) => string.CompareOrdinal(_text, _position, text, 0, text.Length) == 0;

    private void Add(char character)
    {
        _inWord = true;
        _word.Append(character);
    }

    private void Add(ReadOnlySpan<char> text)
    {
        _inWord = true;
        _word.Append(text);
    }

    private void EndWord()
    {
        if (!_inWord)
            return;
        var word = _word.ToString();
        (_inWord, _) = (false, _word.Clear());
        if (_skipsNext)
            _skipsNext = false;
        else if (_words.Count > 0 || !(Keywords.Contains(word) || IsAssignment(word)))
            _words.Add(word);
    }

    private void EndCommand(bool isPiped)
    {
        EndWord();
        _skipsNext = false;
        if (_words.Count > 0)
            _commands.Add(new ShellCommand([.. _words], isPiped));
        _words.Clear();
    }

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && word.Take(equals).All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
    }
}
