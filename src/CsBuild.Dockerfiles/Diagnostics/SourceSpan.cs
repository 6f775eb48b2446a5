namespace CsBuild.Dockerfiles.Diagnostics;

/// <summary>A stretch of a text. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive.</summary>
public readonly record struct SourceSpan(int StartLine, int StartColumn, int EndLine, int EndColumn)
{
    /// <summary>From the start of this span to the end of <paramref name="other"/>.</summary>
    public SourceSpan To(SourceSpan other) => this with { EndLine = other.EndLine, EndColumn = other.EndColumn };

    /// <inheritdoc/>
    public override string ToString() => $"{StartLine}:{StartColumn}";
}
