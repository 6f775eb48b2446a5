using System.Text;

namespace CsBuild.Testing.Registry;

/// <summary>An answer, and what goes wrong while it is sent.</summary>
public sealed record Reply(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Body bytes after which the sending ends; -1 ends it before the first header.</summary>
    public int? CutAfter { get; init; }

    /// <summary>At the cut nothing more happens, until the other side gives up; else the connection is reset.</summary>
    public bool Stalls { get; init; }

    /// <summary>No Content-Length: the end of the connection is the end of the body.</summary>
    public bool WithoutLength { get; init; }

    public static Reply Empty(int status, params (string Name, string Value)[] headers) =>
        new(status, []) { Headers = headers.ToDictionary(h => h.Name, h => h.Value) };

    public static Reply Text(int status, string body, string type = "application/json") =>
        new(status, Encoding.UTF8.GetBytes(body)) { Headers = { ["Content-Type"] = type } };

    public static Reply Error(int status, string code, string message) =>
        Text(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""");

    public Reply With(string name, string value) => this with { Headers = new(Headers) { [name] = value } };

    // Faults, for InMemoryRegistry.Fault.
    public static Reply Reset(Reply _) => Empty(200) with { CutAfter = -1 };

    public static Func<Reply, Reply> Cut(int after) => r => r with { CutAfter = after };

    public static Func<Reply, Reply> Stall(int after) => r => r with { CutAfter = after, Stalls = true };

    public static Func<Reply, Reply> Instead(int status, params (string Name, string Value)[] headers) => _ => Empty(status, headers);

    public static Func<Reply, Reply> RedirectTo(string location) => _ => Empty(307, ("Location", location));

    public static Reply WithOneBitFlipped(Reply reply)
    {
        if (reply.Body.Length == 0)
            return reply;
        var body = reply.Body.ToArray();
        body[body.Length / 2] ^= 1;
        return reply with { Body = body };
    }
}
