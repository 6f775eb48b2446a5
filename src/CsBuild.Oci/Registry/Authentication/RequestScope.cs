namespace CsBuild.Oci.Registry;

/// <summary>The rights that one request needs, no more than that.</summary>
/// <param name="Question">What it is for.</param>
/// <param name="Scopes">In the token servers' form, <c>repository:NAME:pull</c>.</param>
internal sealed record RequestScope(Question Question, IReadOnlyList<string> Scopes)
{
    private static readonly HttpRequestOptionsKey<RequestScope> Option = new("csbuild.scope");

    /// <summary>Equal keys may share a token.</summary>
    public string Key => string.Join(' ', Scopes);

    public static RequestScope Pull(Question question) => new(question, [$"repository:{question.Repository}:pull"]);

    public static RequestScope Push(Question question, string? mountFrom = null) => new(question,
        [$"repository:{question.Repository}:pull,push", .. mountFrom is null ? Array.Empty<string>() : [$"repository:{mountFrom}:pull"]]);

    public static RequestScope? Of(HttpRequestMessage request) => request.Options.TryGetValue(Option, out var scope) ? scope : null;

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Option, this);
}
