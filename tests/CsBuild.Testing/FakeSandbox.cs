using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Testing;

/// <summary>A sandbox without a kernel: a function of the spec says what a step writes, prints and returns.</summary>
public sealed class FakeSandbox(SandboxHost host, Func<SandboxSpec, FakeStep> run) : ISandbox, ICacheMounts
{
    private int _running;

    /// <summary>The specs of all steps that ran, in the order in which they began.</summary>
    public List<SandboxSpec> Ran { get; } = [];

    /// <summary>The most steps that ran at one time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>What cache mounts hold: what they were seeded with, until a test says otherwise.</summary>
    public Dictionary<string, Layer> Caches { get; init; } = [];

    public ValueTask<bool> ExistsAsync(string id, CancellationToken cancellationToken) => new(Caches.ContainsKey(id));

    public Task<Layer?> CaptureAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Caches.GetValueOrDefault(id));

    public Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken) =>
        Task.FromResult<IActiveSnapshot>(new Active(this));

    private sealed class Active(FakeSandbox sandbox) : IActiveSnapshot
    {
        private FakeStep _step = new();

        public async Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken)
        {
            lock (sandbox.Ran)
            {
                sandbox.Ran.Add(spec);
                foreach (var cache in spec.Mounts.OfType<SandboxMount.Cache>())
                    if (cache.Seed is { Layers: [var seed, ..] })
                        sandbox.Caches.TryAdd(cache.Id, seed);
                sandbox.MostAtOnce = Math.Max(sandbox.MostAtOnce, ++sandbox._running);
            }
            try
            {
                _step = sandbox.Step(spec);
                if (_step.Until is { } until)
                    await until.WaitAsync(cancellationToken);
                output.Write(SandboxStream.Output, Encoding.UTF8.GetBytes(_step.Prints));
                return new SandboxExit(_step.ExitCode);
            }
            finally
            {
                lock (sandbox.Ran)
                    sandbox._running--;
            }
        }

        public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
        {
            await using var ingest = sandbox.Host.Layers.BeginLayer();
            foreach (var (path, text) in _step.Writes.OrderBy(w => w.Key, StringComparer.Ordinal))
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                ingest.Writer.Add(new LayerEntry { Path = path, Type = EntryType.File, Mode = 0x1A4, Size = bytes.Length }, new MemoryStream(bytes));
            }
            return await ingest.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private SandboxHost Host { get; } = host;

    private FakeStep Step(SandboxSpec spec) => run(spec);
}

/// <summary>What a fake step does.</summary>
public sealed record FakeStep
{
    /// <summary>Files at the root, by name.</summary>
    public IReadOnlyDictionary<string, string> Writes { get; init; } = new Dictionary<string, string>();

    public string Prints { get; init; } = "";

    public int ExitCode { get; init; }

    /// <summary>The step lasts until this ends.</summary>
    public Task? Until { get; init; }
}
