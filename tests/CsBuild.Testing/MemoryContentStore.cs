using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Testing;

/// <summary>A content store without a disk. Counts what is read.</summary>
public sealed class MemoryContentStore : IContentStore
{
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = new();
    private int _reads;

    public string Name => "memory";

    /// <summary>How many blobs were opened.</summary>
    public int Reads => _reads;

    /// <summary>For damaging them.</summary>
    public ConcurrentDictionary<Digest, byte[]> Blobs => _blobs;

    public bool Contains(Digest digest) => _blobs.ContainsKey(digest);

    public ContentIngest BeginIngest() => new Ingest(this);

    public void Remove(Digest digest) => _blobs.TryRemove(digest, out _);

    public Task SyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return _blobs.TryGetValue(blob.Digest, out var bytes)
            ? Task.FromResult<Stream>(new VerifyingStream(new MemoryStream(bytes), blob, Name))
            : throw new FileNotFoundException($"blob {blob.Digest} is not in {Name}");
    }

    /// <summary>Adds bytes and says what they are.</summary>
    public Descriptor Add(string mediaType, byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        _blobs[digest] = bytes;
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
    }

    private sealed class Ingest(MemoryContentStore store) : ContentIngest
    {
        private readonly MemoryStream _stream = new();

        public override Stream Stream => _stream;

        public override Task<Descriptor> CommitAsync(string mediaType, Descriptor? expected, CancellationToken cancellationToken)
        {
            var bytes = _stream.ToArray();
            if (expected is not null && (Digest.Of(bytes) != expected.Digest || bytes.Length != expected.Size))
                throw new InvalidDataException($"blob {expected.Digest} was expected, {Digest.Of(bytes)} was written");
            return Task.FromResult(store.Add(mediaType, bytes));
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
