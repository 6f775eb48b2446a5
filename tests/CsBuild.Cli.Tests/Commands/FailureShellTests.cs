using System.Diagnostics;
using System.Text;

namespace CsBuild.Cli.Tests.Commands;

/// <summary><c>--on-failure shell</c> on a terminal, which script(1) gives the tool.</summary>
public sealed class FailureShellTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly StringBuilder _shown = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public async Task A_shell_opens_in_the_failed_step_with_its_mounts_and_has_a_terminal_of_its_own()
    {
        Needs.Root();
        var busybox = Needs.Program("/bin/busybox", "/usr/bin/busybox");
        var script = Needs.Program("/usr/bin/script");
        _directory.Write("context/Dockerfile", """
            FROM scratch
            COPY --chmod=755 busybox /bin/busybox
            COPY --chmod=755 busybox /bin/sh
            ENV PATH=/bin
            RUN ["/bin/busybox", "--install", "/bin"]
            WORKDIR /work
            ENV SOME=value
            RUN --mount=type=tmpfs,target=/memory echo made > /work/file; exit 9

            """);
        File.Copy(busybox, _directory["context/busybox"]);
        var start = new ProcessStartInfo(script, ["-q", "-e", "-c", $"'{Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli")}' build --root '{_directory["store"]}' --network=none --on-failure shell '{_directory["context"]}'", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TERM"] = "dumb" },
        };
        using var process = Process.Start(start)!;
        var reading = ReadAsync(process.StandardOutput);
        try
        {
            await SeeAsync("this is a shell in its files");
            // what is typed is shown too: what is looked for is not among it
            await TypeAsync(process, "echo $(cat file) $SOME $((6*7)) $(pwd)\n", "made value 42 /work");
            await TypeAsync(process, "grep -c ' /memory tmpfs' /proc/mounts; test -t 0 && test -t 1 && test -t 2 && echo at:$((40+2)) > /dev/tty\n", "at:42");
            // the key that interrupts goes to the shell's own job; the builder hears nothing
            await TypeAsync(process, "echo $((1+1))nd; sleep 1000\n", "2nd");
            await Task.Delay(300);
            await TypeAsync(process, "\u0003", "^C");
            await TypeAsync(process, "echo after:$?\n", "after:130");
            await process.StandardInput.WriteAsync("exit\n");
            await process.StandardInput.FlushAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        await reading;
        // the build has failed as it would have without a shell
        Assert.True(process.ExitCode == 1, Text());
        Assert.Contains("exit code: 9", Text());
        Assert.DoesNotContain(_directory.Path, await File.ReadAllTextAsync("/proc/self/mountinfo"));
    }

    private async Task TypeAsync(Process process, string text, string answer)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
        await SeeAsync(answer);
    }

    private async Task SeeAsync(string text)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(20))
            if (Text().Contains(text, StringComparison.Ordinal))
                return;
        Assert.Fail($"`{text}` was not shown:\n{Text()}");
    }

    private string Text()
    {
        lock (_shown)
            return _shown.ToString();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
            lock (_shown)
                _shown.Append(buffer, 0, count);
    }
}
