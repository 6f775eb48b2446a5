using System.Collections.Concurrent;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Network;

/// <summary>
/// The networks of a build's steps: each step that runs has one for itself, and leaves it to the next. A stack is so
/// started as often as steps run at the same time, not for each step; nothing of a step is left in it, since all its
/// processes are gone, and with them their sockets.
/// </summary>
internal sealed class NetworkPool(NetworkSettings settings, Action<string> notice) : IDisposable
{
    private readonly ConcurrentBag<StackProcess> _free = [];
    private readonly ConcurrentQueue<StackProcess> _all = new();
    private volatile string? _hopeless;

    /// <summary>A network for one step; null where the machine's has to be used.</summary>
    /// <exception cref="SandboxException">There is none, and there must be.</exception>
    public async Task<StackProcess?> TakeAsync()
    {
        if (_free.TryTake(out var free))
            return free;
        var reason = _hopeless ?? "neither pasta nor slirp4netns is installed (packages passt, slirp4netns)";
        foreach (var program in _hopeless is null ? settings.Programs : [])
        {
            try
            {
                var stack = await StackProcess.StartAsync(program, settings.Tie).ConfigureAwait(false);
                _all.Enqueue(stack);
                return stack;
            }
            catch (Exception problem) when (problem is LinuxException or IOException or UnauthorizedAccessException)
            {
                reason = $"{problem.Message} (is /dev/net/tun open to this user?)";
            }
        }
        _hopeless = reason;
        if (settings.MustBeOwn)
            throw new SandboxException($"the step cannot have a network of its own: {reason}", "`--network=default` permits the machine's own, `--network=none` needs none");
        notice($"RUN steps share the host's network: {reason}; `--network=isolated` forbids that");
        return null;
    }

    /// <summary>Takes a network back.</summary>
    public void Return(StackProcess? stack)
    {
        if (stack is not null)
            _free.Add(stack);
    }

    /// <summary>The settings for names.</summary>
    public NetworkSettings Settings => settings;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stack in _all)
            stack.Dispose();
    }
}
