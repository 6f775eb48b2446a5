using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CsBuild.Linux.Seccomp;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>
/// What a small static program finds that it can do in a step. It is built from Probe/probe.c with the machine's C
/// compiler; its report is compared with what the policy says and with checked-in tables.
/// </summary>
public sealed class ProbeTests : MachineTests
{
    [SkippableTheory]
    [InlineData(SandboxSecurity.Default, null)]
    [InlineData(SandboxSecurity.Strict, null)]
    [InlineData(SandboxSecurity.Default, "crun")]
    [InlineData(SandboxSecurity.Strict, "crun")]
    [InlineData(SandboxSecurity.Default, "runc")]
    [InlineData(SandboxSecurity.Strict, "runc")]
    public async Task S21_S22_every_call_is_answered_as_the_policy_says(SandboxSecurity security, string? runtime)
    {
        Skip.IfNot(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the table is for x86-64");
        var ran = await ProbeAsync(security, "calls", runtime);
        var policy = FilterPolicy.For(security == SandboxSecurity.Strict ? Capabilities.Strict : Capabilities.Default);
        var names = SyscallTable.X64.ToDictionary(call => call.Number, call => call.Name);
        foreach (var (number, seen) in ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(words => (int.Parse(words[0], CultureInfo.InvariantCulture), words[1])))
        {
            var verdict = names.TryGetValue(number, out var name) ? policy[name] : Verdict.Unknown;
            // the number -1 has the mark of x32, which strict steps cannot use
            if (number < 0)
                continue;
            // a runtime's tables may not know the name of a call that is refused: then it is unknown to the step too
            var right = verdict switch
            {
                Verdict.Unknown => seen == "ENOSYS",
                Verdict.Refuse => seen == "EPERM" || (runtime is not null && seen == "ENOSYS"),
                _ => true,
            };
            Assert.True(right, $"{number} {name}: {seen}");
        }
    }

    [SkippableTheory]
    [InlineData(SandboxSecurity.Default, null)]
    [InlineData(SandboxSecurity.Strict, null)]
    [InlineData(SandboxSecurity.Default, "crun")]
    [InlineData(SandboxSecurity.Default, "runc")]
    public async Task S21_S23_arguments_sockets_and_terminals_are_as_in_the_table(SandboxSecurity security, string? runtime)
    {
        Skip.IfNot(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the table is for x86-64");
        var ran = await ProbeAsync(security, "arguments limits", runtime);
        // what no rule names is unknown where a runtime makes the filter
        var seen = ProbeProgram.WithDoor(ran.Output, security);
        var output = runtime is null ? seen : System.Text.RegularExpressions.Regex.Replace(seen, "(personality .*) ENOSYS", "$1 EPERM");
        Golden.Verify(output, security.ToString());
    }

    [SkippableFact]
    public async Task R36_orphans_are_reaped_by_process_1()
    {
        var ran = await ProbeAsync(SandboxSecurity.Default, "orphans 3000; ps -o stat | grep -c Z; true");
        Assert.True(int.Parse(ran.Output.Trim(), CultureInfo.InvariantCulture) < 100, ran.ToString());
    }

    [SkippableFact]
    public async Task An_SSH_agent_answers_a_step_for_keys_and_signatures_and_nothing_else()
    {
        using var directory = new TempDirectory();
        using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        agent.Bind(new UnixDomainSocketEndPoint(directory["agent"]));
        agent.Listen();
        var questions = AnswerAsync(agent);
        var spec = await SpecAsync(SandboxSecurity.Default, "agent /run/a/sock 11; stat -c '%a %u %g' /run/a/sock; /probe agent /run/a/sock 17; /probe agent /run/a/sock 13");
        spec = spec with { Mounts = [.. spec.Mounts, new SandboxMount.SshAgent { Target = "/run/a/sock", Socket = directory["agent"], Mode = 0x1B0, Uid = 3, Gid = 4 }] };
        var source = await Machine.BaseAsync();
        await using var active = await Machine.Sandbox.PrepareAsync(source, default);
        var ran = await Machine.RunAsync(active, spec);
        agent.Close();
        Assert.Equal("answer 12\n660 3 4\nanswer 5\nanswer 14\n", ran.Output);
        Assert.Equal([11, 13], await questions);
        Assert.Equal("", await Machine.ListAsync(await active.CommitAsync(null, default)));
    }

    private static async Task<List<int>> AnswerAsync(Socket agent)
    {
        var questions = new List<int>();
        try
        {
            while (true)
            {
                using var client = await agent.AcceptAsync();
                var message = new byte[5];
                while (await client.ReceiveAsync(message) == 5)
                {
                    questions.Add(message[4]);
                    await client.SendAsync(new byte[] { 0, 0, 0, 1, (byte)(message[4] + 1) });
                }
            }
        }
        catch (SocketException)
        {
            return questions;
        }
    }

    private async Task<Ran> ProbeAsync(SandboxSecurity security, string arguments, string? runtime = null)
    {
        if (runtime is null)
            return await Machine.RunAsync(await SpecAsync(security, arguments));
        Skip.If(OrdinaryRun.IsOne, "runtimes are tried in a user namespace by RuntimeTests");
        Needs.Program("/usr/bin/" + runtime, "/usr/sbin/" + runtime);
        using var machine = new Machine(options => options with { Runtime = runtime });
        return await machine.RunAsync(await SpecAsync(security, arguments));
    }

    private static async Task<SandboxSpec> SpecAsync(SandboxSecurity security, string arguments)
    {
        var probe = await ProbeProgram.BuildAsync();
        return Machine.Shell("/probe " + arguments) with
        {
            Security = security,
            Mounts = [new SandboxMount.MemoryFile { Target = "/probe", Content = probe, Mode = 0x1ED }],
        };
    }
}
