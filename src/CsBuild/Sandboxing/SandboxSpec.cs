using CsBuild.Snapshots;

namespace CsBuild.Sandboxing;

/// <summary>What runs in a sandbox. Plain data: every name is resolved, every default filled in.</summary>
public sealed record SandboxSpec
{
    /// <summary>The program and its arguments. A program without a slash is looked up in the environment's PATH, inside the root.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, <c>NAME=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Absolute; made (0755, root) where it is missing.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Who runs it.</summary>
    public SandboxUser User { get; init; } = SandboxUser.Root;

    /// <summary>The host name that the step sees.</summary>
    public string Hostname { get; init; } = "csbuild";

    /// <summary>What the step can reach.</summary>
    public SandboxNetwork Network { get; init; }

    /// <summary>More lines for /etc/hosts.</summary>
    public IReadOnlyList<HostEntry> Hosts { get; init; } = [];

    /// <summary>How far it is confined.</summary>
    public SandboxSecurity Security { get; init; }

    /// <summary>What it may use.</summary>
    public SandboxLimits Limits { get; init; } = SandboxLimits.None;

    /// <summary>The image's architecture in the words of an image config (<c>arm64</c>); null for the machine's own.</summary>
    public string? Architecture { get; init; }

    /// <summary>True: the command has a terminal, which is connected with the one that this process has. Nothing goes to the output.</summary>
    public bool Terminal { get; init; }

    /// <summary>In the order in which they are mounted.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];
}

/// <summary>Numbers only: names are looked up in the image's own files before.</summary>
public sealed record SandboxUser(uint Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    /// <summary>0:0 with group 0.</summary>
    public static readonly SandboxUser Root = new(0, 0, [0]);
}

/// <summary>A host name and its address.</summary>
public sealed record HostEntry(string Name, string Address);

/// <summary>What a step can reach.</summary>
public enum SandboxNetwork
{
    /// <summary>The outside, by a user-mode stack; where there is none, the host's network with a notice.</summary>
    Default,

    /// <summary>Its own loopback only.</summary>
    None,

    /// <summary>The host's network.</summary>
    Host,
}

/// <summary>Something mounted for one step. None of it gets into the layer.</summary>
public abstract record SandboxMount
{
    private protected SandboxMount()
    {
    }

    /// <summary>Absolute path in the root, resolved inside it.</summary>
    public required string Target { get; init; }

    /// <summary>A path of another snapshot; writes, if allowed, are thrown away after the step.</summary>
    public sealed record Bind : SandboxMount
    {
        /// <summary>Where the files are.</summary>
        public required Snapshot Source { get; init; }

        /// <summary>The path in it, resolved inside it.</summary>
        public string SourcePath { get; init; } = "/";

        /// <summary>False: writes go to a layer that is thrown away.</summary>
        public bool ReadOnly { get; init; } = true;
    }

    /// <summary>A directory of the store that outlives the build.</summary>
    public sealed record Cache : SandboxMount
    {
        /// <summary>Any text; never used as a path.</summary>
        public required string Id { get; init; }

        /// <summary>A directory inside the cache, or the whole.</summary>
        public string SourcePath { get; init; } = "/";

        /// <summary>What a new cache starts with; null for nothing.</summary>
        public Snapshot? Seed { get; init; }

        /// <summary>How steps share it.</summary>
        public CacheMountSharing Sharing { get; init; }

        /// <summary>No writing.</summary>
        public bool ReadOnly { get; init; }

        /// <summary>Of a new cache's directory.</summary>
        public int Mode { get; init; } = 0x1ED; // 0755

        /// <summary>Of a new cache's directory.</summary>
        public uint Uid { get; init; }

        /// <summary>Of a new cache's directory.</summary>
        public uint Gid { get; init; }
    }

    /// <summary>An empty file system in memory.</summary>
    public sealed record Tmpfs : SandboxMount
    {
        /// <summary>Bytes; null or 0 for the kernel's default, half of the memory.</summary>
        public long? Size { get; init; }
    }

    /// <summary>An SSH agent of this machine, by a socket of the step's own: only keys and signatures can be asked for.</summary>
    public sealed record SshAgent : SandboxMount
    {
        /// <summary>The agent's socket on this machine.</summary>
        public required string Socket { get; init; }

        /// <summary>Permission bits of the step's socket.</summary>
        public int Mode { get; init; } = 0x180; // 0600

        /// <summary>Owner.</summary>
        public uint Uid { get; init; }

        /// <summary>Group.</summary>
        public uint Gid { get; init; }
    }

    /// <summary>A directory or file of this machine itself.</summary>
    public sealed record HostPath : SandboxMount
    {
        /// <summary>Absolute; links in it are the machine's.</summary>
        public required string Path { get; init; }

        /// <summary>No writing.</summary>
        public bool ReadOnly { get; init; } = true;
    }

    /// <summary>A file that is only in memory: a secret, or a script. Read-only.</summary>
    public sealed record MemoryFile : SandboxMount
    {
        /// <summary>The bytes.</summary>
        public required ReadOnlyMemory<byte> Content { get; init; }

        /// <summary>Permission bits.</summary>
        public int Mode { get; init; } = 0x100; // 0400

        /// <summary>Owner.</summary>
        public uint Uid { get; init; }

        /// <summary>Group.</summary>
        public uint Gid { get; init; }
    }
}

/// <summary>How steps that run at the same time share a cache.</summary>
public enum CacheMountSharing
{
    /// <summary>All at once.</summary>
    Shared,

    /// <summary>A copy for each.</summary>
    Private,

    /// <summary>One after the other, across processes.</summary>
    Locked,
}
