using System.Buffers.Binary;
using System.Net.Sockets;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>
/// An SSH agent for a step: a socket of the step's own, with the owner that it asks for, behind which this process
/// passes questions on. Only those for keys and signatures: a step cannot add, remove or lock keys.
/// draft-miller-ssh-agent, section 3.
/// </summary>
internal sealed class AgentMount : PreparedMount
{
    private const int MaxMessage = 256 * 1024;
    private const byte Failure = 5;
    private const byte RequestIdentities = 11;
    private const byte Sign = 13;
    private const string Name = "socket";

    // a step that opens one after the other shall not use up the builder's descriptors
    private const int MaxConnections = 32;

    private readonly string _agent;
    private readonly string _directory;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free = new(MaxConnections);

    /// <summary>Begins to listen, below <paramref name="directory"/>, which is the step's.</summary>
    public unsafe AgentMount(SandboxMount.SshAgent agent, string directory)
        : base(agent.Target)
    {
        _agent = agent.Socket;
        _directory = directory;
        // by descriptor: a socket's address is at most 107 bytes long
        using var open = Libc.Open(directory, Libc.O_PATH | Libc.O_DIRECTORY);
        _listener.Bind(new UnixDomainSocketEndPoint($"{open.ProcPath}/{Name}"));
        _listener.Listen(16);
        MountOwner.Set(open, Libc.Name(Name), agent.Uid, agent.Gid, $"the agent at {agent.Target}");
        fixed (byte* name = Libc.Name(Name))
            Libc.Check(Libc.fchmodat(open.Value, name, (uint)agent.Mode, 0), "chmod", agent.Target);
        _ = AcceptAsync();
    }

    /// <inheritdoc/>
    protected override Fd Open(MountStage stage)
    {
        var mount = Libc.OpenTree(Libc.AT_FDCWD, Path.Combine(_directory, Name));
        Libc.SetAttributes(mount, MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec);
        return mount;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
        base.Dispose();
    }

    private async Task AcceptAsync()
    {
        var stop = _stop.Token;
        try
        {
            while (true)
            {
                await _free.WaitAsync(stop).ConfigureAwait(false);
                _ = TalkAsync(await _listener.AcceptAsync(stop).ConfigureAwait(false), stop);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // the step has ended
        }
    }

    private async Task TalkAsync(Socket client, CancellationToken stop)
    {
        try
        {
            using var asking = new NetworkStream(client, ownsSocket: true);
            using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await agent.ConnectAsync(new UnixDomainSocketEndPoint(_agent), stop).ConfigureAwait(false);
            using var answering = new NetworkStream(agent);
            while (await ReadAsync(asking, stop).ConfigureAwait(false) is { } question)
            {
                byte[]? answer = [Failure];
                if (question is [RequestIdentities or Sign, ..])
                {
                    await WriteAsync(answering, question, stop).ConfigureAwait(false);
                    answer = await ReadAsync(answering, stop).ConfigureAwait(false);
                }
                if (answer is null)
                    return;
                await WriteAsync(asking, answer, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one side went away: the other sees its connection end
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>A message without its length; null at the end, and where somebody does not keep to the protocol.</summary>
    private static async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        var head = new byte[4];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false) < head.Length)
            return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length is 0 or > MaxMessage)
            return null;
        var message = new byte[length];
        await stream.ReadExactlyAsync(message, stop).ConfigureAwait(false);
        return message;
    }

    private static async Task WriteAsync(NetworkStream stream, byte[] message, CancellationToken stop)
    {
        var framed = new byte[4 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)message.Length);
        message.CopyTo(framed, 4);
        await stream.WriteAsync(framed, stop).ConfigureAwait(false);
    }
}

/// <summary>A directory or file of this machine.</summary>
internal sealed class HostMount(SandboxMount.HostPath host) : PreparedMount(host.Target)
{
    /// <inheritdoc/>
    protected override Fd Open(MountStage stage)
    {
        using var source = Libc.Open(host.Path, Libc.O_PATH);
        var mount = Libc.OpenTree(source.Value, "");
        Libc.SetAttributes(mount, MountAttributes.NoDevices | MountAttributes.NoSuid | (host.ReadOnly ? MountAttributes.ReadOnly : 0));
        return mount;
    }
}
