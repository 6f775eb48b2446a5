using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CsBuild.Fetching.Git;

/// <summary>Runs git in one directory for one remote.</summary>
internal sealed class GitCommand(FetchOptions options, GitAccess access, string directory)
{
    private const int MaxOutput = 64 << 20;
    private const int MaxError = 8 << 10;

    private readonly string _program = GitProgram.Git(options);

    /// <summary>Where it runs: a directory of ours, never the context.</summary>
    public string WorkingDirectory => directory;

    /// <summary>What it printed.</summary>
    /// <exception cref="FetchException">It failed; the message ends with what it said.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (exit, output, error) = await TryAsync(arguments, cancellationToken).ConfigureAwait(false);
        return exit == 0 ? output : throw GitFailures.Of(access.Remote, arguments[0], error);
    }

    /// <summary>As <see cref="RunAsync"/>, without an exception where git says no.</summary>
    public async Task<(int Exit, string Output, string Error)> TryAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.GitTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        options.GitStarts?.Invoke(arguments);
        using var process = Start(arguments);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, MaxOutput, failsBeyond: true, linked.Token);
            var error = ReadAsync(process.StandardError.BaseStream, MaxError, failsBeyond: false, linked.Token);
            await Task.WhenAll(output, error).ConfigureAwait(false);
            await process.WaitForExitAsync(linked.Token).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FetchException($"git {arguments[0]} of {access.Remote} took longer than {options.GitTimeout.TotalMinutes} minutes");
        }
        finally
        {
            Kill(process);
        }
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(_program)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in GitEnvironment.For(access, directory))
            start.Environment[name] = value;
        try
        {
            return Process.Start(start) ?? throw new FetchException($"{_program} did not start");
        }
        catch (Win32Exception e)
        {
            throw new FetchException($"{_program} did not start: {e.Message}", inner: e);
        }
    }

    private async Task<string> ReadAsync(Stream stream, int limit, bool failsBeyond, CancellationToken cancellationToken)
    {
        var kept = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (kept.Length + read > limit && failsBeyond)
                throw new FetchException($"git printed more than {limit} bytes about {access.Remote}");
            kept.Write(buffer, 0, (int)Math.Min(read, limit - kept.Length));
        }
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
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
