using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// Gives a logical line to Sprache. Differs from Sprache's own input in three ways: line and column are the file's, a
/// scanner can go forward by a whole word at once, and the dictionary for memos is made when asked for.
/// </summary>
internal sealed class LogicalLineInput(LogicalLine line, int position) : IInput
{
    private Dictionary<object, object>? _memos;

    public LogicalLine LogicalLine => line;

    public string Source => line.Text;

    public int Position => position;

    public bool AtEnd => position >= line.Text.Length;

    public char Current => line.Text[position];

    public int Line => line.PieceOf(position).Line;

    public int Column => line.PieceOf(position).ColumnOf(position);

    public IDictionary<object, object> Memos => _memos ??= [];

    public IInput Advance() => At(position + 1);

    public LogicalLineInput At(int newPosition) => new(line, newPosition);

    public bool Equals(IInput? other) =>
        other is LogicalLineInput input && input.Position == position && ReferenceEquals(input.LogicalLine, line);

    public override bool Equals(object? obj) => Equals(obj as IInput);

    public override int GetHashCode() => position;
}
