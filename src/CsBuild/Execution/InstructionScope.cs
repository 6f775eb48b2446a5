using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>Expands the words of one instruction, with the variables as they were before it.</summary>
/// <param name="expander">Of the file.</param>
/// <param name="variables">Those before the instruction.</param>
/// <param name="globals">What ARG can redeclare.</param>
/// <param name="span">The instruction.</param>
/// <param name="isTrigger">True where the words stand in another text, and only <paramref name="span"/> is a place in this file.</param>
internal sealed class InstructionScope(WordExpander expander, VariableScope variables, GlobalArguments globals, SourceSpan span, bool isTrigger)
{
    // A line of 64 KiB can name a variable of 1 MiB ten thousand times.
    private long _expanded;

    /// <summary>Where the instruction is.</summary>
    public SourceSpan Span => span;

    /// <summary>The same instruction with other variables.</summary>
    public InstructionScope With(VariableScope others) => new(expander, others, globals, span, isTrigger);

    /// <summary>The value of a word.</summary>
    public string Expand(Word word) => Counted(Guard.Expanding(PlaceOf(word), () => expander.Expand(word.Text, variables.Lookup)));

    /// <summary>The value of a text with variables.</summary>
    public string Expand(string text) => Counted(Guard.Expanding(span, () => expander.Expand(text, variables.Lookup)));

    /// <summary>The body of a here-document.</summary>
    public string Expand(Heredoc heredoc) =>
        heredoc.Expand ? Guard.Expanding(span, () => WordExpander.ExpandHeredoc(heredoc.Body, variables.Lookup)) : heredoc.Body;

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Expand(IReadOnlyList<KeyValue> pairs)
    {
        var expanded = new KeyValuePair<string, string>[pairs.Count];
        for (var i = 0; i < expanded.Length; i++)
            expanded[i] = KeyValuePair.Create(Expand(pairs[i].Key), Expand(pairs[i].Value));
        return expanded;
    }

    /// <summary>What an ARG sets: the caller's value, else the default, else the global value, else nothing.</summary>
    public string? ValueOf(ArgDeclaration argument)
    {
        if (globals.Given.TryGetValue(argument.Name, out var given))
            return given;
        return argument.Default is { } text ? Expand(text) : globals.Lookup(argument.Name);
    }

    /// <summary>What <c>COPY --from</c> says.</summary>
    public string SourceName(Word from)
    {
        var placed = new Word(from.Text, PlaceOf(from));
        CopySourceName.RefuseHidden(placed, globals, variables, expander);
        return CopySourceName.Of(placed, globals, expander);
    }

    private SourceSpan PlaceOf(Word word) => isTrigger ? span : word.Span;

    /// <summary>The ports of an EXPOSE, <c>80/tcp</c>, in the order of the words as written; a variable may hold several.</summary>
    public IReadOnlyList<string> Ports(ExposeInstruction instruction)
    {
        var ports = new List<string>();
        foreach (var text in instruction.Ports.Select(p => p.Text).Order(StringComparer.Ordinal))
        {
            foreach (var word in Guard.Expanding(span, () => expander.ExpandToWords(text, variables.Lookup)))
            {
                foreach (var port in Guard.Expanding(span, () => PortSpec.Expand(word)))
                    ports.Add(Counted(port));
            }
        }
        return ports;
    }

    private string Counted(string value)
    {
        _expanded += value.Length;
        return _expanded <= OciJson.MaxDocumentSize ? value : throw ConfigTooLarge(span);
    }

    /// <summary>The error for what no program of this kind would read back.</summary>
    public static BuildException ConfigTooLarge(SourceSpan place) =>
        new(BuildFailure.Dockerfile, ConfigBound.Exceeded, place);

    /// <summary>A signal that exists, as written.</summary>
    public string Signal(StopsignalInstruction instruction)
    {
        var signal = Expand(instruction.Signal);
        return SignalName.IsKnown(signal)
            ? signal
            : throw new BuildException(BuildFailure.Dockerfile, $"invalid signal: {signal}", span, "a number above 0, or a name such as SIGTERM");
    }
}
