using System.Diagnostics;

namespace CsBuild.Cli.Tests.Commands;

/// <summary><c>RUN --mount=type=ssh</c> with real agents, and the programs of OpenSSH in the step (by <c>-v</c>).</summary>
public sealed class SshAgentTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<Process> _agents = [];

    public void Dispose()
    {
        foreach (var agent in _agents)
        {
            agent.Kill();
            agent.WaitForExit();
            agent.Dispose();
        }
        _directory.Dispose();
    }

    [SkippableFact]
    public void A_step_lists_and_signs_with_the_keys_of_the_agent_that_it_names_and_cannot_change_them()
    {
        Needs.Root();
        var (one, two) = (StartAgent("one"), StartAgent("two"));
        Skip.IfNot(new FileInfo("/bin").LinkTarget == "usr/bin", "needs a machine whose programs are all below /usr");
        foreach (var (name, target) in new FileInfo("/lib64").LinkTarget is { } wide ? new[] { ("bin", "usr/bin"), ("lib", "usr/lib"), ("lib64", wide) } : [("bin", "usr/bin"), ("lib", "usr/lib")])
        {
            Directory.CreateDirectory(_directory["context/root"]);
            File.CreateSymbolicLink(_directory["context/root/" + name], target);
        }
        // OpenSSH asks for the name of its user
        _directory.Write("context/root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        _directory.Write("context/root/data", "what is signed\n");
        File.Copy(_directory["one.pub"], _directory["context/root/one.pub"]);
        _directory.Write("context/Dockerfile", """
            FROM scratch
            COPY root /
            RUN --mount=type=ssh echo "default $SSH_AUTH_SOCK"; ssh-add -L > /default; ssh-add -D || echo "not removed"; ssh-keygen -Y sign -n file -f /one.pub /data
            RUN --mount=type=ssh,id=other,target=/run/a/sock --mount=type=ssh ssh-add -L > /first; SSH_AUTH_SOCK=/run/a/sock ssh-add -L > /other
            RUN ssh-add -L || echo "no agent"

            """);
        var ran = ProgramRun.Of(Path.Combine(AppContext.BaseDirectory, "CsBuild.Cli"), "build", "--progress=plain", "--network=none", "--root", _directory["store"], "-v", "/usr:/usr:ro", "--allow", "volume",
            "--ssh", "default=" + one, "--ssh", "other=" + two, "-o", $"type=local,dest={_directory["out"]}", _directory["context"]);
        Assert.True(ran.Code == 0, ran.Text);
        Assert.Contains("default /run/buildkit/ssh_agent.0", ran.Text);
        Assert.Contains("not removed", ran.Text);
        Assert.Contains("no agent", ran.Text);
        var (first, other) = (Key("one"), Key("two"));
        Assert.Equal((first, other), (File.ReadAllText(_directory["out/default"]), File.ReadAllText(_directory["out/other"])));
        // nothing was taken from the agents, and what the step signed is signed with the first one's key
        Assert.Equal(first, ProgramRun.Of("/usr/bin/env", "SSH_AUTH_SOCK=" + one, "ssh-add", "-L").Text);
        var check = ProgramRun.Of("/bin/sh", "-c", $"ssh-keygen -Y check-novalidate -n file -s '{_directory["out/data.sig"]}' < '{_directory["context/root/data"]}'");
        Assert.True(check.Code == 0, check.Text);
    }

    private string Key(string name) => File.ReadAllText(_directory[name + ".pub"]);

    /// <summary>An agent with a key of its own; the socket's path.</summary>
    private string StartAgent(string name)
    {
        var (program, keygen, add) = (Needs.Program("/usr/bin/ssh-agent"), Needs.Program("/usr/bin/ssh-keygen"), Needs.Program("/usr/bin/ssh-add"));
        var made = ProgramRun.Of(keygen, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", _directory[name]);
        Assert.True(made.Code == 0, made.Text);
        var socket = _directory[name + ".sock"];
        _agents.Add(Process.Start(new ProcessStartInfo(program, ["-D", "-a", socket]) { RedirectStandardOutput = true })!);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(socket), TimeSpan.FromSeconds(20)));
        var added = ProgramRun.Of("/usr/bin/env", "SSH_AUTH_SOCK=" + socket, add, "-q", _directory[name]);
        Assert.True(added.Code == 0, added.Text);
        return socket;
    }
}
