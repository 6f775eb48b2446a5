namespace CsBuild.Oci.Layers.Compression;

/// <summary>Keeps what is read, so that the same bytes can be read once more where the source cannot seek.</summary>
internal sealed class RecordingStream(Stream source, int limit) : OneWayStream(reads: true)
{
    private readonly MemoryStream _recorded = new();
    private bool _isStopped;

    public override int Read(Span<byte> buffer)
    {
        if (_isStopped)
            return source.Read(buffer);
        // The end, as far as the one who looks is concerned.
        buffer = buffer[..(int)Math.Min(buffer.Length, limit - _recorded.Length)];
        var count = source.Read(buffer);
        _recorded.Write(buffer[..count]);
        return count;
    }

    /// <summary>From here on nothing is kept, and there is no limit.</summary>
    public void Stop()
    {
        _isStopped = true;
        _recorded.SetLength(0);
        _recorded.Capacity = 0;
    }

    /// <summary>All bytes from the beginning.</summary>
    public Stream Rewind() => new PrefixedStream(_recorded.ToArray(), source, leaveOpen: false);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
