using System.Text.Json;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

/// <summary>Flags of RUN steps and <c>csbuild doctor</c>, by the tool as a program of its own: a step's first process is that program again.</summary>
public sealed class RunFlagsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void Doctor_says_how_steps_will_run_in_words_and_in_json()
    {
        Needs.Linux();
        var words = Run("doctor");
        Assert.StartsWith("RUN steps: ", words.Output);
        foreach (var name in (string[])["rights", "user-namespaces", "ids", "overlay", "network", "runtimes"])
            Assert.Contains($" {name}: ", words.Output.Replace("no  ", "ok  ", StringComparison.Ordinal).Replace("ok  ", " ", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(Run("doctor", "--format", "json").Output);
        Assert.Equal(words.Code == 0, json.RootElement.GetProperty("possible").GetBoolean());
        Assert.Equal(6, json.RootElement.GetProperty("findings").GetArrayLength());
    }

    [SkippableFact]
    public void Names_are_those_that_were_asked_for()
    {
        var ran = Build("RUN cat /etc/resolv.conf", "--dns", "192.0.2.7", "--dns", "2001:db8::7", "--dns-search", "example.org", "--dns-option", "ndots:3", "--allow", "network.host", "--network", "host");
        Assert.Contains("nameserver 192.0.2.7\n", ran.Text);
        foreach (var line in (string[])["nameserver 2001:db8::7", "search example.org", "options ndots:3"])
            Assert.Contains(line, ran.Text);
        Assert.Equal(ExitCode.Usage, Build("RUN true", "--dns", "example.org").Code);
    }

    [SkippableTheory]
    [InlineData("overlay", 0)]
    [InlineData("copy", 0)]
    [InlineData("jail", ExitCode.Usage)]
    public void Isolation_is_what_was_asked_for(string isolation, int code)
    {
        var ran = Build("RUN echo $((6*7))", "--isolation", isolation, "--network=none");
        Assert.True(ran.Code == code, ran.Text);
        Assert.Equal(code == 0, ran.Text.Contains(" 42\n", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_network_of_its_own_is_given_or_refused()
    {
        var ran = Build("RUN cat /proc/net/dev", "--network=isolated");
        // the machine's network has other devices; without a stack it is an error that says what is missing
        Assert.True(ran.Code == 0 ? ran.Text.Contains("lo:", StringComparison.Ordinal) : ran.Code == ExitCode.Sandbox && ran.Text.Contains("network", StringComparison.Ordinal), ran.Text);
    }

    [SkippableFact]
    public void Logs_hold_every_byte_of_each_step()
    {
        var ran = Build("RUN head -c 3000000 /dev/zero; printf end\nRUN printf 'a\\nb'; printf c >&2\nRUN true", "--log-dir", _directory["logs"], "--network=none");
        Assert.True(ran.Code == 0, ran.Text[^Math.Min(ran.Text.Length, 500)..]);
        var logs = Directory.GetFiles(_directory["logs"]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["001-RUN.log", "002-RUN.log"], logs.Select(Path.GetFileName));
        Assert.Equal(3000003, new FileInfo(logs[0]).Length);
        Assert.Equal("a\nbc", File.ReadAllText(logs[1]));
    }

    [SkippableFact]
    public void A_shell_after_a_failure_is_a_command_to_type_where_there_is_no_terminal()
    {
        var ran = Build("RUN exit 5", "--on-failure=shell", "--network=none");
        Assert.Equal(1, ran.Code);
        Assert.Contains("to open a shell in the step that failed, run this in a terminal: ", ran.Text);
        Assert.Contains("--on-failure=shell", ran.Text[ran.Text.IndexOf("in a terminal", StringComparison.Ordinal)..]);
    }

    [SkippableTheory]
    [InlineData("crun")]
    [InlineData("runc")]
    [InlineData("kata")]
    public void A_runtime_starts_the_steps(string runtime)
    {
        if (runtime == "kata")
        {
            Assert.Equal(ExitCode.Usage, Build("RUN true", "--runtime", runtime).Code);
            return;
        }
        Needs.Program("/usr/bin/" + runtime, "/usr/sbin/" + runtime);
        var ran = Build("RUN --mount=type=tmpfs,target=/t echo $((6*7))", "--runtime", runtime, "--network=none");
        Assert.True(ran.Code == 0 && ran.Text.Contains(" 42\n", StringComparison.Ordinal), ran.Text);
    }

    private ProgramRun Build(string steps, params string[] flags)
    {
        Needs.Root();
        var busybox = Needs.Program("/bin/busybox", "/usr/bin/busybox");
        _directory.Write("context/Dockerfile", "FROM scratch\nCOPY --chmod=755 busybox /bin/busybox\nCOPY --chmod=755 busybox /bin/sh\nENV PATH=/bin\n"
            + "RUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n" + steps + "\n");
        File.Copy(busybox, _directory["context/busybox"], overwrite: true);
        return Run(["build", "--progress=plain", .. flags, _directory["context"]]);
    }

    private ProgramRun Run(params string[] words) => ProgramRun.Of(Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli"), [.. words, "--root", _directory["store"]]);
}
