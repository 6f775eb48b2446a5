using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// What running programs use of a store, so that nobody removes it under them. A program that uses the store has one
/// file in <c>csbuild/leases</c>, locked as long as it lives, and writes there the digest of whatever it looks up,
/// before it relies on it. Who removes something takes the gate alone, reads all leases, and leaves what they name.
/// </summary>
/// <remarks>
/// The gate is held for moments: shared to add a digest, alone to remove some objects. So a prune never waits for a
/// build, and a build at most for one batch of removals.
/// </remarks>
internal sealed class Leases(string privateDirectory)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _names = [];
    private readonly string _directory = Path.Combine(privateDirectory, "leases");
    private readonly string _gate = Path.Combine(privateDirectory, "gate");
    private FileStream? _file;
    private int _holders;

    /// <summary>True while this process uses the store.</summary>
    public bool IsActive => Volatile.Read(ref _holders) > 0;

    /// <summary>Begins to use the store. Several may; the lease ends with the last of them.</summary>
    /// <param name="ended">Called when nobody of this process uses the store any more.</param>
    public IDisposable Begin(Action ended)
    {
        lock (_lock)
        {
            if (_holders == 0)
            {
                using var gate = EnterShared();
                _file = Create();
            }
            _holders++;
        }
        return new Holder(this, ended);
    }

    /// <summary>
    /// Keeps what has this name from being removed until the lease ends. False where it was kept already, or no lease is
    /// held. The caller looks whether the thing is there after this, not before.
    /// </summary>
    public bool Keep(Digest digest, bool isDocument = false)
    {
        if (!IsActive)
            return false;
        var line = isDocument ? $"{digest} document\n" : $"{digest}\n";
        lock (_lock)
        {
            if (_file is null || !_names.Add(line))
                return false;
            using var gate = EnterShared();
            _file.Write(Encoding.ASCII.GetBytes(line));
            return true;
        }
    }

    /// <summary>
    /// Takes the gate, and says what others, and this process, use: what they looked up, and apart from that which of it
    /// are manifests and indexes, whose parts are used too. Leases of dead processes are removed.
    /// </summary>
    public async Task<Gate> CloseAsync(CancellationToken cancellationToken)
    {
        var held = await HeldLock.WaitAsync(_gate, shared: false, cancellationToken).ConfigureAwait(false);
        try
        {
            var names = new HashSet<Digest>();
            var documents = new HashSet<Digest>();
            foreach (var path in Files())
            {
                try
                {
                    if (!RemoveIfDead(path))
                        Read(path, names, documents);
                }
                catch (FileNotFoundException)
                {
                    // It ended just now. What its owner made has a name by this time, and names are read after leases.
                }
            }
            return new Gate(held, names, documents);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes the leases of dead processes, unless somebody is at the gate. Cheap where there are none.</summary>
    public void Sweep()
    {
        if (Files().Length < 2)
            return;
        using var held = HeldLock.TryTake(_gate);
        if (held is null)
            return;
        foreach (var path in Files())
            RemoveIfDead(path);
    }

    /// <summary>How many processes use the store now, this one included; an estimate, as they come and go.</summary>
    public int Count() => Files().Length;

    private string[] Files() => Directory.Exists(_directory) ? Directory.GetFiles(_directory) : [];

    private HeldLock EnterShared() => HeldLock.Wait(_gate, shared: true);

    private FileStream Create()
    {
        PrivateDirectory.Create(_directory);
        // Others may read it; the shared lock that .NET takes for that says that this process lives.
        return new FileStream(Path.Combine(_directory, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    // Its owner makes it and locks it behind the gate, so a lease without a lock has no owner.
    private static bool RemoveIfDead(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0))
                File.Delete(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Read(string path, HashSet<Digest> names, HashSet<Digest> documents)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (!Digest.TryParse(words[0], out var digest))
                continue;
            names.Add(digest);
            if (words.Length > 1)
                documents.Add(digest);
        }
    }

    private void End(Action ended)
    {
        lock (_lock)
        {
            if (--_holders > 0)
                return;
            File.Delete(_file!.Name);
            _file.Dispose();
            _file = null;
            _names.Clear();
        }
        ended();
    }

    /// <summary>The closed gate: nobody begins to use anything until it is disposed.</summary>
    internal sealed class Gate(HeldLock held, IReadOnlySet<Digest> used, IReadOnlySet<Digest> documents) : IDisposable
    {
        /// <summary>All that running programs have looked up.</summary>
        public IReadOnlySet<Digest> Used => used;

        /// <summary>Those that are manifests or indexes.</summary>
        public IReadOnlySet<Digest> Documents => documents;

        /// <inheritdoc/>
        public void Dispose() => held.Dispose();
    }

    private sealed class Holder(Leases leases, Action ended) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                leases.End(ended);
        }
    }
}
