using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>One reading of one text: both passes, and what was found on the way.</summary>
internal sealed class FileReading
{
    private const int MaxErrors = 100;

    private readonly string _text;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly DirectiveReader _directives;
    private readonly LineReader _lines;

    /// <param name="text">The file.</param>
    /// <param name="escape">What escapes until a directive says otherwise.</param>
    /// <param name="options">Null for a text that has no directives.</param>
    public FileReading(string text, char escape, ParseOptions? options)
    {
        _text = text;
        _directives = new DirectiveReader(_diagnostics, escape, done: options is null, options?.IgnoreSyntax ?? false);
        _lines = new LineReader(new PhysicalLines(text), _directives, _diagnostics);
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics.InOrder;

    private bool HasErrors => _diagnostics.ErrorCount > 0;

    public Dockerfile? ReadFile()
    {
        var instructions = ReadInstructions(out var any);
        var file = Assemble(instructions, any);
        return HasErrors ? null : file;
    }

    public Instruction? ReadTrigger()
    {
        var instructions = ReadInstructions(out _);
        if (instructions.Count != 1 && !HasErrors)
            Fail("an ONBUILD trigger must be a single instruction", new SourceSpan(1, 1, 1, 1));
        else if (!HasErrors && instructions[0] is FromInstruction from)
            Fail("FROM isn't allowed as an ONBUILD trigger", from.Span);
        return HasErrors ? null : instructions[0];
    }

    private List<Instruction> ReadInstructions(out bool any)
    {
        var instructions = new List<Instruction>();
        any = false;
        try
        {
            if (!_directives.HasEnded && ForeignSyntax.Find(_text) is { } syntax)
                _directives.TakeForeign(syntax);
            while (!_directives.IsForeign && _lines.Read() is { } line)
            {
                any = true;
                if (_directives.IsForeign)
                    break;
                if (ReadOne(line) is { } instruction)
                    instructions.Add(instruction);
                else if (_diagnostics.ErrorCount >= MaxErrors)
                    break;
            }
        }
        catch (SyntaxFault fault)
        {
            // Only what ends the whole reading comes here: a line that is too long.
            any = true;
            _diagnostics.Add(fault.Diagnostic);
        }
        return instructions;
    }

    private Instruction? ReadOne(LogicalLine line)
    {
        var comments = _lines.Comments;
        try
        {
            var text = HeadScanner.Read(line, _directives.Escape);
            var heredocs = ReadHeredocs(text);
            if (heredocs.Count > 0)
                text = text with { Heredocs = heredocs, Span = text.Span.To(new SourceSpan(0, 0, _lines.LineNumber, _lines.EndColumn)) };
            return InstructionReader.Read(comments.Count == 0 ? text : text with { Comments = comments });
        }
        catch (SyntaxFault fault)
        {
            _diagnostics.Add(fault.Diagnostic);
            return null;
        }
    }

    private List<HeredocText> ReadHeredocs(InstructionText text)
    {
        var bodies = new List<HeredocText>();
        if (!text.Line.Text.Contains("<<", StringComparison.Ordinal) || !MayHoldHeredocs(text))
            return bodies;
        foreach (var head in HeredocHead.FindAll(text.Line.Text))
        {
            var body = _lines.ReadBody(head.Name, head.StripTabs)
                ?? throw text.Fault("unterminated heredoc", text.Line.SpanOf(0, text.Line.Text.Length), $"a line with only {head.Name} must end it");
            bodies.Add(new HeredocText(head, body));
        }
        return bodies;
    }

    private static bool MayHoldHeredocs(InstructionText text)
    {
        var inner = text.Keyword == "ONBUILD" && text.HasArguments ? OnbuildGrammar.TriggerOf(text) : text;
        return inner.Keyword is "RUN" or "COPY" or "ADD" && JsonGrammar.TryRead(inner) is null;
    }

    private Dockerfile? Assemble(List<Instruction> instructions, bool any)
    {
        if (!any && !_directives.IsForeign)
            Fail(_text.Length == 0 ? "the Dockerfile cannot be empty" : "file with no instructions", new SourceSpan(1, 1, 1, 1));
        var globals = new List<ArgInstruction>();
        var stages = new List<Stage>();
        List<Instruction>? current = null;
        foreach (var instruction in instructions)
        {
            if (instruction is FromInstruction from)
                stages.Add(new Stage(stages.Count, from, current = []));
            else if (current is not null)
                current.Add(instruction);
            else if (instruction is ArgInstruction arg)
                globals.Add(arg);
            else if (!HasErrors)
                Fail("no build stage in current context", instruction.Span, "a Dockerfile starts with FROM");
        }
        if (stages.Count == 0 && !HasErrors)
            Fail("dockerfile contains no stages to build", new SourceSpan(1, 1, 1, 1), "add a FROM");
        return HasErrors ? null : new Dockerfile(_directives.Directives, globals, stages, Diagnostics);
    }

    private void Fail(string message, SourceSpan span, string? hint = null) =>
        _diagnostics.Add(new Diagnostic("syntax", Severity.Error, message, span, hint));
}
