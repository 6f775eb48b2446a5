using System.Buffers;
using System.Globalization;

namespace CsBuild.Copying;

/// <summary>A <c>--chmod</c>: an octal number, or clauses like <c>u=rwX,go=rX</c> that are worked out for each file.</summary>
public sealed class FileModeChange
{
    private const int All = 0xFFF;
    private const int Execute = 0x49;
    private const int SetUid = 0x800;
    private const int SetGid = 0x400;
    private const int Sticky = 0x200;
    private const int Permission = 0x1FF;
    private const int Others = 0x7;
    private const int Everybody = Permission | SetUid | SetGid;
    private static readonly SearchValues<char> Letters = SearchValues.Create("rwxXst");
    private readonly List<Change> _changes;

    private FileModeChange(string text, int? octal, List<Change> changes)
    {
        Text = text;
        Octal = octal;
        _changes = changes;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The mode, where it was given as a number; such a one holds for directories that the copy makes, too.</summary>
    public int? Octal { get; }

    /// <summary>Reads a mode.</summary>
    /// <exception cref="CopyException">It is neither octal up to 7777 nor symbolic.</exception>
    public static FileModeChange Parse(string text)
    {
        if (text.Length > 0 && char.IsAsciiDigit(text[0]))
            return Number(text) is { } octal ? new FileModeChange(text, octal, []) : throw Invalid(text);
        var changes = new List<Change>();
        foreach (var clause in text.Split(','))
            Clause(text, clause, changes);
        return new FileModeChange(text, null, changes);
    }

    /// <summary>The mode after the change of something with <paramref name="mode"/>.</summary>
    public int Apply(int mode, bool isDirectory)
    {
        if (Octal is { } octal)
            return octal;
        return _changes.Aggregate(mode, (changed, change) => change.Apply(changed, mode, isDirectory));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int? Number(string text)
    {
        var value = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7' || (value = (value * 8) + (c - '0')) > All)
                return null;
        }
        return value;
    }

    private static void Clause(string text, string clause, List<Change> changes)
    {
        var i = 0;
        var who = 0;
        while (i < clause.Length && clause[i] is 'u' or 'g' or 'o' or 'a')
            who |= Bits(clause[i++]);
        who = who == 0 ? Everybody : who;
        if (i == clause.Length)
            throw Invalid(text);
        while (i < clause.Length)
        {
            var operation = clause[i++];
            if (operation is not ('+' or '-' or '='))
                throw Invalid(text);
            var start = i;
            while (i < clause.Length && clause[i] is not ('+' or '-' or '='))
                i++;
            var permissions = clause[start..i];
            var copies = permissions is "u" or "g" or "o";
            if (!copies && permissions.AsSpan().ContainsAnyExcept(Letters))
                throw Invalid(text);
            changes.Add(new Change(who, operation, permissions, copies));
        }
    }

    // As Docker, and BSD: set-uid belongs to the user and set-gid to the group, and each goes with `=` when not named.
    // Sticky belongs to nobody: it changes where it is named, unless only others are meant.
    private static int Bits(char who) => who switch
    {
        'u' => 0x1C0 | SetUid,
        'g' => 0x38 | SetGid,
        'o' => Others,
        _ => Everybody,
    };

    private static CopyException Invalid(string text) => new(
        string.Create(CultureInfo.InvariantCulture, $"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777"),
        "or symbolic, like `u=rwX,go=rX`");

    private sealed record Change(int Who, char Operation, string Permissions, bool Copies)
    {
        /// <param name="mode">What the changes before have made of it.</param>
        /// <param name="original">What the file had at first: <c>X</c> asks that.</param>
        /// <param name="isDirectory">It is no file.</param>
        public int Apply(int mode, int original, bool isDirectory)
        {
            var reach = Copies ? Who & Permission
                : Who != Others && Permissions.Contains('t', StringComparison.Ordinal) ? Who | Sticky
                : Who;
            var bits = (Copies ? Copied(mode) : Named(original, isDirectory)) & reach;
            return Operation switch
            {
                '+' => mode | bits,
                '-' => mode & ~bits,
                _ => (mode & ~reach) | bits,
            };
        }

        private int Copied(int mode)
        {
            var one = (Permissions[0] switch { 'u' => mode >> 6, 'g' => mode >> 3, _ => mode }) & 7;
            return (one << 6) | (one << 3) | one;
        }

        private int Named(int original, bool isDirectory)
        {
            var bits = 0;
            foreach (var c in Permissions)
            {
                bits |= c switch
                {
                    'r' => 0x124,
                    'w' => 0x92,
                    'x' => Execute,
                    'X' => isDirectory || (original & Execute) != 0 ? Execute : 0,
                    's' => SetUid | SetGid,
                    _ => Sticky,
                };
            }
            return bits;
        }
    }
}
