using System.Globalization;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Processes;

namespace CsBuild.Linux.Network;

/// <summary>
/// A network namespace with a user-mode stack that connects it with the outside: pasta(1), slirp4netns(1). Neither lets
/// the machine's own loopback be reached, and no port of the machine leads in. Steps use it one after the other.
/// </summary>
internal sealed class StackProcess : IDisposable
{
    private const int FirstFree = 32;
    private const int NamespaceDescriptor = 3;
    private const int PatienceMilliseconds = 5000;
    private const string PastaForwarder = "169.254.1.1";
    private const string SlirpForwarder = "10.0.2.3";

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _end = new();
    private readonly string _program;
    private readonly string? _tie;
    private readonly Thread _thread;
    private EmptyNetwork? _network;

    private StackProcess(string program, string? tie)
    {
        (_program, _tie) = (program, tie);
        _thread = new Thread(Run, 1 << 18) { IsBackground = true, Name = "csbuild network" };
        _thread.Start();
    }

    /// <summary>The namespace; a step's thread enters it by setns(2).</summary>
    public Fd Namespace => _network!.Namespace;

    /// <summary>The address at which the stack asks the machine's own resolver.</summary>
    public string Forwarder => IsPasta ? PastaForwarder : SlirpForwarder;

    private bool IsPasta => Path.GetFileName(_program) == "pasta";

    /// <summary>Starts one and waits until it works.</summary>
    /// <param name="program">The stack.</param>
    /// <param name="tie">setpriv(1), so that a builder that is killed takes the stack along; null where it is not installed.</param>
    /// <exception cref="IOException">It does not work here.</exception>
    public static async Task<StackProcess> StartAsync(string program, string? tie)
    {
        var stack = new StackProcess(program, tie);
        try
        {
            await stack._ready.Task.ConfigureAwait(false);
            return stack;
        }
        catch
        {
            stack.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _network?.Dispose();
        _end.Dispose();
    }

    // A stack leads to what it finds where it starts, so this thread stays outside; the stack is told to die with it.
    private unsafe void Run()
    {
        try
        {
            _network = EmptyNetwork.Create();
            var pid = Spawn();
            try
            {
                WaitUntilReady(pid);
                _ready.SetResult();
                _end.Wait();
            }
            finally
            {
                _ = Libc.kill(pid, Libc.SIGKILL);
                int status;
                while (Libc.waitpid(pid, &status, 0) < 0 && Libc.LastErrno == Errno.EINTR)
                {
                }
            }
        }
        catch (Exception problem)
        {
            _ready.TrySetException(problem);
        }
    }

    private unsafe int Spawn()
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{NamespaceDescriptor}");
        string[] words = IsPasta
            ? [_program, "-f", "-q", "--runas", "0", "--config-net", "--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none",
                "--no-dhcp", "--no-dhcpv6", "--no-ra", "--dns-forward", PastaForwarder, "--netns-only", "--netns", target]
            : [_program, "--configure", "--mtu=65520", "--disable-host-loopback", "--netns-type=path", target, "tap0"];
        if (_tie is not null)
            words = [_tie, "--pdeathsig", "KILL", .. words];
        using var nothing = Libc.Open("/dev/null", Libc.O_RDWR);
        using var request = new SpawnRequest(words, [], [nothing, nothing, nothing, Namespace], FirstFree);
        int pid = 0;
        SpawnRequest.Must(request.Spawn(&pid), words[0]);
        return pid;
    }

    private unsafe void WaitUntilReady(int pid)
    {
        using var handle = Libc.PidfdOpen(pid);
        var poll = new PollDescriptor { Descriptor = handle.Value, Events = Libc.POLLIN };
        for (var waited = 0; waited < PatienceMilliseconds; waited += 2)
        {
            if (Libc.poll(&poll, 1, 2) > 0)
                throw new IOException($"{_program} ended at once");
            if (_network!.HasRoute())
                return;
        }
        throw new IOException($"{_program} does not get ready");
    }
}
