using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Planning;

/// <summary>One <c>--from</c>, as written and as resolved.</summary>
/// <param name="Source">A stage may be a later one; whether it may is another question.</param>
/// <param name="Verb">"copy" or "mount", for messages.</param>
/// <param name="Name">As written.</param>
/// <param name="Span">Where.</param>
internal sealed record SourceReference(StageSource Source, string Verb, string Name, SourceSpan Span);
