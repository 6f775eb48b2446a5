using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Conformance.Tests;

/// <summary>Serves a case's folder <c>web</c>: files by name, and what is a repository there as <c>/NAME.git</c>.</summary>
internal sealed class CaseServer(string directory) : HttpServer
{
    /// <summary>What stands for the address in a Dockerfile and in records.</summary>
    public const string Placeholder = "http://SERVER";

    protected override Reply Answer(RecordedRequest request)
    {
        var path = Uri.UnescapeDataString(request.Path).TrimStart('/');
        if (path.Split('/')[0] is var first && first.EndsWith(".git", StringComparison.Ordinal))
            return GitServer.Run(request, Path.Combine(directory, first[..^4], ".git"), "/" + path[(first.Length + 1)..]);
        var file = Path.Combine(directory, path.Length == 0 ? "index" : path);
        return File.Exists(file)
            ? new Reply(200, File.ReadAllBytes(file)).With("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
            : Reply.Empty(404);
    }
}
