using System.Diagnostics;

namespace CsBuild.Testing;

/// <summary>How a program of this machine ended, and what it said.</summary>
public sealed record ProgramRun(int Code, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What it said on both streams, errors last.</summary>
    public string Text => Output + Error;

    /// <summary>Runs a program to its end, with nothing to read on its input.</summary>
    public static ProgramRun Of(string program, params IEnumerable<string> words) => Of(new ProcessStartInfo(program, words));

    /// <summary>Runs a program to its end, at most two minutes: what takes longer hangs, and is killed.</summary>
    /// <param name="start">Its streams are redirected here.</param>
    /// <param name="meanwhile">Done while it runs.</param>
    /// <param name="patience">In place of the two minutes.</param>
    public static ProgramRun Of(ProcessStartInfo start, Action<Process>? meanwhile = null, TimeSpan? patience = null)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        meanwhile?.Invoke(process);
        if (!process.WaitForExit(patience ?? Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{start.FileName} {string.Join(' ', start.ArgumentList)} hangs");
        }
        return new ProgramRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public override string ToString() => $"{Code}: {Text}";
}
