using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsBuild.Testing.Registry;

namespace CsBuild.Testing.Remote;

/// <summary>Repositories by smart HTTP: git's own <c>http-backend</c> behind our server.</summary>
public sealed class GitServer : HttpServer
{
    private readonly ConcurrentDictionary<string, GitRepository> _repositories = new();

    /// <summary>Skips the test where git or its backend is missing.</summary>
    public static string Backend => Needs.Program("/usr/lib/git-core/git-http-backend", "/usr/libexec/git-core/git-http-backend", "/opt/homebrew/opt/git/libexec/git-core/git-http-backend");

    /// <summary>The header that is asked for; null: none.</summary>
    public string? Authorization { get; set; }

    /// <summary>The URL of a repository that is now served as <c>/NAME.git</c>.</summary>
    public string Serve(string name, GitRepository repository)
    {
        _ = Backend;
        _repositories[$"/{name}.git"] = repository;
        return $"{Url}/{name}.git";
    }

    protected override Reply Answer(RecordedRequest request)
    {
        var (path, repository) = _repositories.FirstOrDefault(r => request.Path.StartsWith(r.Key + "/", StringComparison.Ordinal));
        if (path is null)
            return Reply.Empty(404);
        if (Authorization is not null && request.Header("Authorization") != Authorization)
            return Reply.Empty(401, ("WWW-Authenticate", "Basic realm=\"git\""));
        return Run(request, repository!.GitDirectory, request.Path[path.Length..]);
    }

    /// <summary>What the backend says of the repository whose <c>.git</c> is <paramref name="directory"/>.</summary>
    public static Reply Run(RecordedRequest request, string directory, string rest)
    {
        var start = new ProcessStartInfo(Backend) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["GIT_PROJECT_ROOT"] = directory;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = rest;
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["QUERY_STRING"] = request.Target.Contains('?') ? request.Target[(request.Target.IndexOf('?') + 1)..] : "";
        start.Environment["CONTENT_TYPE"] = request.Header("Content-Type") ?? "";
        start.Environment["CONTENT_LENGTH"] = request.Body.Length.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Header("Content-Encoding") ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Header("Git-Protocol") ?? "";
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        using var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(request.Body);
        process.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        process.WaitForExit();
        return Parse(output.ToArray());
    }

    private static Reply Parse(byte[] output)
    {
        var end = output.AsSpan().IndexOf("\r\n\r\n"u8);
        var headers = Encoding.Latin1.GetString(output, 0, Math.Max(end, 0)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var status = headers.Remove("Status", out var text) ? int.Parse(text[..3], CultureInfo.InvariantCulture) : 200;
        return new Reply(status, end < 0 ? [] : output[(end + 4)..]) { Headers = headers };
    }
}
