using System.Diagnostics.CodeAnalysis;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// Reads Dockerfiles. Pure and total: any text gives a file or diagnostics, in time linear in its length. All problems
/// of a file are reported together; after a hundred of them the rest is left unread.
/// </summary>
public static class DockerfileParser
{
    /// <summary>Reads a whole file; throws <see cref="DockerfileException"/> where it has errors.</summary>
    public static Dockerfile Parse(string text) => Parse(text, new ParseOptions());

    /// <inheritdoc cref="Parse(string)"/>
    public static Dockerfile Parse(string text, ParseOptions options) =>
        TryParse(text, options, out var file, out var diagnostics) ? file : throw new DockerfileException(diagnostics);

    /// <summary>Reads a whole file. <paramref name="diagnostics"/> has the warnings also where there is no error.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Dockerfile? file, out IReadOnlyList<Diagnostic> diagnostics) =>
        TryParse(text, new ParseOptions(), out file, out diagnostics);

    /// <inheritdoc cref="TryParse(string, out Dockerfile?, out IReadOnlyList{Diagnostic})"/>
    public static bool TryParse(string text, ParseOptions options, [NotNullWhen(true)] out Dockerfile? file, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var reading = new FileReading(text, '\\', options);
        file = reading.ReadFile();
        diagnostics = reading.Diagnostics;
        return file is not null;
    }

    /// <summary>
    /// Reads the one instruction of an ONBUILD trigger, with its here-documents; throws <see cref="DockerfileException"/>.
    /// Spans count from the start of the trigger.
    /// </summary>
    /// <param name="text">From <see cref="OnbuildInstruction.Trigger"/> or an image's config.</param>
    /// <param name="escape">The escape character in force; images know only the backslash.</param>
    public static Instruction ParseTrigger(string text, char escape = '\\')
    {
        var reading = new FileReading(text, escape, null);
        return reading.ReadTrigger() ?? throw new DockerfileException(reading.Diagnostics);
    }
}
