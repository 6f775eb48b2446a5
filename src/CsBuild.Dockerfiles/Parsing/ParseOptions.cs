namespace CsBuild.Dockerfiles.Parsing;

/// <summary>How a file is read.</summary>
public sealed record ParseOptions
{
    /// <summary>The caller has chosen what reads the file (BuildKit's build argument BUILDKIT_SYNTAX): what <c># syntax=</c> asks for is not looked at.</summary>
    public bool IgnoreSyntax { get; init; }
}
