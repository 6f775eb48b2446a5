using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Ends the reading of one instruction; never leaves this folder.</summary>
internal sealed class SyntaxFault(string message, SourceSpan span, string? hint = null) : Exception(message)
{
    public Diagnostic Diagnostic { get; } = new("syntax", Severity.Error, message, span, hint);
}
