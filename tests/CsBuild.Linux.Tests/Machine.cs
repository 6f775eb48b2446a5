using System.Text;
using CsBuild.Linux.Deputies;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>A store with one layer, a busybox of the host, and a sandbox over it. Needs root, or an <see cref="OrdinaryRun"/>.</summary>
public sealed class Machine : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Lazy<LinuxSandbox> _sandbox;

    public Machine(Func<LinuxSandboxOptions, LinuxSandboxOptions>? change = null)
    {
        if (!OrdinaryRun.IsOne)
            Needs.Root();
        Busybox = Needs.Program("/bin/busybox", "/usr/bin/busybox");
        Root = _directory["store"];
        Content = FileContentStore.Open(Root);
        Layers = new LayerStore(Content, Path.Combine(Root, "csbuild"));
        Init = Path.Combine(AppContext.BaseDirectory, "CsBuild.Linux.TestInit");
        var options = new LinuxSandboxOptions { InitCommand = [Init], Notice = Notices.Add, Patience = TimeSpan.FromSeconds(1) };
        _sandbox = new(() => new LinuxSandbox(new SandboxHost(Root, Layers), change?.Invoke(options) ?? options));
    }

    public string Root { get; }

    public string Busybox { get; }

    public string Init { get; }

    public FileContentStore Content { get; }

    public LayerStore Layers { get; }

    public List<string> Notices { get; } = [];

    public LinuxSandbox Sandbox => _sandbox.Value;

    /// <summary>Where the sandbox keeps its things: for ordinary users below a name for their ids.</summary>
    public string Own => Path.Combine(Root, "csbuild") is var own && Directory.Exists(Path.Combine(own, "users")) ? Directory.GetDirectories(Path.Combine(own, "users"))[0] : own;

    public string[] RunFolders => [.. Directory.GetFileSystemEntries(Path.Combine(Own, "run")).Where(path => Path.GetFileName(path) != "empty")];

    /// <summary>/bin/busybox with a link for each applet, /etc with a fixed time, /tmp.</summary>
    public async Task<Snapshot> BaseAsync()
    {
        var applets = "sh ls cat echo id env pwd sleep mkdir rm touch ln chmod chown mv stat head yes true false kill grep hostname dd mknod find readlink mkfifo od awk sort wc test mount umount ulimit ps tr cut basename sha256sum xargs seq chroot date stty tty".Split(' ');
        var entries = new List<(LayerEntry, byte[]?)>
        {
            (Dir("bin"), null),
            (File("bin/busybox", 0x1ED), await System.IO.File.ReadAllBytesAsync(Busybox)),
            (Dir("etc"), null),
            (File("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray()),
            (Dir("srv"), null),
            (File("srv/a"), "a\n"u8.ToArray()),
            (File("srv/b"), "b\n"u8.ToArray()),
            (Dir("srv/deep"), null),
            (File("srv/deep/c"), "c\n"u8.ToArray()),
            (Dir("tmp") with { Mode = 0x3FF }, null),
        };
        entries.AddRange(applets.Select(name => (new LayerEntry { Path = "bin/" + name, Type = EntryType.Symlink, LinkTarget = "busybox" }, (byte[]?)null)));
        return Snapshot.Empty.With(await LayerAsync(entries));
    }

    public async Task<Layer> LayerAsync(IEnumerable<(LayerEntry Entry, byte[]? Content)> entries)
    {
        await using var ingest = Layers.BeginLayer();
        foreach (var (entry, content) in entries.OrderBy(pair => pair.Entry, LayerOrder.Instance))
            ingest.Writer.Add(entry with { Size = content?.Length ?? 0 }, content is null ? null : new MemoryStream(content));
        var layer = await ingest.CommitAsync(default);
        // other processes shall see it
        await Content.SyncAsync(default);
        return layer;
    }

    public static LayerEntry Dir(string path) => new() { Path = path, Type = EntryType.Directory, Mode = 0x1ED, Mtime = new(1000000000) };

    public static LayerEntry File(string path, int mode = 0x1A4) => new() { Path = path, Type = EntryType.File, Mode = mode, Mtime = new(1000000000) };

    public static SandboxSpec Shell(string script) => new()
    {
        Arguments = ["/bin/sh", "-c", script],
        Environment = ["PATH=/bin", "HOME=/root"],
        WorkingDirectory = "/",
        Network = SandboxNetwork.None,
    };

    /// <summary>Runs a script on the base, or on another snapshot, and throws the changes away.</summary>
    public async Task<Ran> RunAsync(SandboxSpec spec, Snapshot? on = null)
    {
        await using var active = await Sandbox.PrepareAsync(on ?? await BaseAsync(), default);
        return await RunAsync(active, spec);
    }

    public static async Task<Ran> RunAsync(IActiveSnapshot active, SandboxSpec spec, CancellationToken cancellationToken = default)
    {
        var output = new Recorder();
        var exit = await active.RunAsync(spec, output, cancellationToken);
        return new Ran(exit, output.Text(SandboxStream.Output), output.Text(SandboxStream.Error));
    }

    /// <summary>Runs a script and makes a layer of what it changed.</summary>
    public async Task<Layer> CommitAsync(string script, Snapshot? on = null, UnixTime? clampTo = null, SandboxSpec? spec = null)
    {
        await using var active = await Sandbox.PrepareAsync(on ?? await BaseAsync(), default);
        var ran = await RunAsync(active, spec ?? Shell(script));
        Assert.True(ran.Exit.Code == 0, $"{ran}");
        return await active.CommitAsync(clampTo, default);
    }

    /// <summary>The entries of a layer as lines, without times.</summary>
    public async Task<string> ListAsync(Layer layer)
    {
        var text = new StringBuilder();
        foreach (var entry in (await Layers.GetIndexAsync(layer, default)).Entries)
        {
            text.Append($"{entry.Type} {Convert.ToString(entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.Size} {entry.Path}");
            if (entry.LinkTarget is not null)
                text.Append(" -> ").Append(entry.LinkTarget);
            foreach (var (name, value) in entry.Xattrs)
                text.Append($" {name}={Convert.ToHexString(value)}");
            text.Append('\n');
        }
        return text.ToString();
    }

    public void Dispose()
    {
        if (_sandbox.IsValueCreated)
            _sandbox.Value.DisposeAsync().AsTask().GetAwaiter().GetResult();
        var left = Left();
        // what is still being flushed gets its name meanwhile
        Content.SyncAsync(default).GetAwaiter().GetResult();
        Remove();
        Assert.True(left.Length == 0, $"left behind: {string.Join(", ", left)}");
    }

    /// <summary>The leak audit: what steps have left of mounts, directories and processes.</summary>
    private string[] Left() =>
    [
        .. Directory.Exists(Path.Combine(Own, "run")) ? RunFolders : [],
        .. System.IO.File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(Root, StringComparison.Ordinal)),
        .. Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]) && HasMountsBelowRoot(path)),
    ];

    /// <summary>True for a process of a step: its root is a file system that only the step has.</summary>
    private bool HasMountsBelowRoot(string process)
    {
        try
        {
            return System.IO.File.ReadAllText(process + "/mountinfo").Contains(Root, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>An ordinary user cannot remove what belongs to ids that are lent to him, but where they are his.</summary>
    private void Remove()
    {
        var directory = Path.GetDirectoryName(Root)!;
        if (OrdinaryRun.IsOne)
        {
            var deputy = DeputyProcess.StartInUserNamespace(new([Init]), Users.UserMaps.Best(Users.ProcessRights.Current));
            var hello = new HelloMessage(Root, [Init], new DeputyOptions { Owner = Limits.GroupOwner.Current });
            using var sandbox = new DeputySandbox(new SandboxHost(Root, Layers), deputy, hello, _ => { });
            sandbox.RemoveAsync(Own, default).GetAwaiter().GetResult();
        }
        Linux.Files.TreeRemoval.Remove(directory);
    }
}

/// <summary>How a step ended and what it printed.</summary>
public sealed record Ran(SandboxExit Exit, string Output, string Error);

/// <summary>Keeps what a step prints.</summary>
public sealed class Recorder : ISandboxOutput
{
    private readonly List<(SandboxStream Stream, byte[] Bytes)> _pieces = [];

    public string Text(SandboxStream stream) => Encoding.UTF8.GetString([.. _pieces.Where(piece => piece.Stream == stream).SelectMany(piece => piece.Bytes)]);

    public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes) => _pieces.Add((stream, bytes.ToArray()));
}
