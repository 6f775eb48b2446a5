using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>The flags that an instruction was given, held against those that it takes.</summary>
internal sealed class FlagSet
{
    private readonly InstructionText _instruction;

    private FlagSet(InstructionText instruction) => _instruction = instruction;

    /// <summary>Checks names and repetitions. A name that ends in <c>*</c> may be given several times.</summary>
    public static FlagSet Check(InstructionText instruction, params ReadOnlySpan<string> names)
    {
        if (instruction.Flags.Count == 0)
            return new FlagSet(instruction);
        Span<bool> seen = stackalloc bool[names.Length];
        foreach (var flag in instruction.Flags)
        {
            var index = IndexOf(names, flag.Name);
            if (index < 0)
                throw Unknown(instruction, flag, names);
            if (seen[index] && !names[index].EndsWith('*'))
                throw instruction.Fault($"duplicate flag specified: --{flag.Name}", flag.Span);
            seen[index] = true;
        }
        return new FlagSet(instruction);
    }

    /// <summary>The value of a flag, or null where it is not given.</summary>
    public Word? Value(string name) => _instruction.Flag(name) is { } flag ? Value(flag) : null;

    /// <summary>The values of a flag that may be given several times.</summary>
    public IReadOnlyList<Word> Values(string name) =>
        _instruction.Flags.Count == 0 ? [] : ValuesOf(name);

    private List<Word> ValuesOf(string name)
    {
        var values = new List<Word>();
        foreach (var flag in _instruction.Flags)
            if (flag.Name == name)
                values.Add(Value(flag));
        return values;
    }

    /// <summary>Yes, no, or null where the flag is not given; without a value it is yes.</summary>
    public bool? Switch(string name)
    {
        if (_instruction.Flag(name) is not { } flag)
            return null;
        return flag.Value?.Text.ToLowerInvariant() switch
        {
            null or "true" => true,
            "false" => false,
            "" => throw _instruction.Fault($"missing a value on flag: --{name}", flag.Span),
            _ => throw _instruction.Fault($"expecting boolean value for flag --{name}, not: {flag.Value.Text}", flag.Value.Span),
        };
    }

    private Word Value(FlagText flag) =>
        flag.Value ?? throw _instruction.Fault($"missing a value on flag: --{flag.Name}", flag.Span);

    private static int IndexOf(ReadOnlySpan<string> names, string name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].AsSpan().TrimEnd('*').SequenceEqual(name))
                return i;
        }
        return -1;
    }

    private static SyntaxFault Unknown(InstructionText instruction, FlagText flag, ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
            return instruction.Fault($"unknown flag: --{flag.Name}", flag.Span,
                $"{instruction.Keyword} takes no flags; after `--` they belong to the arguments");
        string[] known = [.. names];
        var near = Suggestion.For(flag.Name, known.Select(n => n.TrimEnd('*')));
        return instruction.Fault($"unknown flag: --{flag.Name}", flag.Span, near is null ? null : $"did you mean --{near}?");
    }
}
