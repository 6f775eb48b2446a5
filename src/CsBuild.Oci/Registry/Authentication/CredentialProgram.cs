using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Abstractions;
using System.Text;
using System.Text.Json;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Runs one of Docker's credential helpers. The program is found at an absolute path, never in the current directory
/// and never by a name with a path in it; it has ten seconds and one mebibyte.
/// </summary>
internal sealed class CredentialProgram(IFileSystem files, string? searchPath, TimeProvider clock)
{
    private const int MaxReply = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly string[] UsualDirectories = OperatingSystem.IsWindows()
        ? [@"C:\Program Files\Docker\Docker\resources\bin"]
        : ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];

    /// <summary>What the helper knows about <paramref name="server"/>; null where it says that it knows nothing.</summary>
    /// <exception cref="InvalidDataException">There is no such helper, or it failed. The message says which and why.</exception>
    public async Task<Credential?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        var program = Find(name);
        using var timer = new CancellationTokenSource(Limit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var process = Start(name, program);
        try
        {
            var (exit, reply) = await TalkAsync(process, name, server, limit.Token).ConfigureAwait(false);
            if (exit == 0)
                return Read(name, reply);
            if (reply.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
                return null;
            throw new InvalidDataException($"the credential helper `{name}` failed with {exit}: {RemoteText.Clean(reply)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidDataException($"the credential helper `{name}` did not answer within {Limit.TotalSeconds} s");
        }
        finally
        {
            Kill(process);
        }
    }

    private string Find(string name)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw new InvalidDataException($"`{RemoteText.Clean(name, 64)}` is no name of a credential helper");
        var file = "docker-credential-" + name + (OperatingSystem.IsWindows() ? ".exe" : "");
        var path = searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "";
        var directories = UsualDirectories.Concat(path.Split(Path.PathSeparator).Where(Path.IsPathFullyQualified));
        return directories.Select(d => Path.Combine(d, file)).FirstOrDefault(files.File.Exists)
            ?? throw new InvalidDataException($"Docker's config names the credential helper `{name}`, but there is no program `{file}`");
    }

    private static Process Start(string name, string program)
    {
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "get" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        try
        {
            return Process.Start(start) ?? throw new InvalidDataException($"the credential helper `{name}` did not start");
        }
        catch (Win32Exception e)
        {
            throw new InvalidDataException($"the credential helper `{name}` did not start: {e.Message}", e);
        }
    }

    private static async Task<(int Exit, string Reply)> TalkAsync(Process process, string name, string server, CancellationToken cancellationToken)
    {
        // Read and thrown away, so that a talkative helper does not block.
        var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        try
        {
            await process.StandardInput.WriteAsync(server.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says more.
        }
        var reply = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            reply.Write(buffer, 0, count);
            if (reply.Length > MaxReply)
                throw new InvalidDataException($"the credential helper `{name}` answered more than {MaxReply} bytes");
        }
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        return (process.ExitCode, Encoding.UTF8.GetString(reply.GetBuffer(), 0, (int)reply.Length));
    }

    private static Credential? Read(string name, string reply)
    {
        try
        {
            return JsonSerializer.Deserialize(reply, RegistryJson.Default.HelperReply) switch
            {
                { Username: "<token>", Secret: { Length: > 0 } token } => Credential.IdentityToken(token),
                { Username: { Length: > 0 } user, Secret: { } secret } => Credential.Password(user, secret),
                _ => null,
            };
        }
        catch (JsonException)
        {
            // The reply holds secrets; nothing of it is quoted, not even by the reader's message.
            throw new InvalidDataException($"the credential helper `{name}` did not answer in JSON");
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }
}
