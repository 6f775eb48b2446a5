using CsBuild.Context.Host;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>What is remembered of a file of the host, in as few bytes as it takes. The fields are in the order that leaves no gaps.</summary>
internal struct FileRecord(in HostStat stat, Sha256Hash? known)
{
    private readonly long _size = stat.Size;
    private readonly long _mtime = stat.Mtime.Seconds;
    private readonly long _ctime = stat.Ctime.Seconds;
    private readonly ulong _inode = stat.Inode;
    private readonly int _mtimeNanoseconds = stat.Mtime.Nanoseconds;
    private readonly int _ctimeNanoseconds = stat.Ctime.Nanoseconds;
    private Sha256Hash _hash = known ?? default;
    private readonly ushort _mode = (ushort)stat.Mode;
    private State _state = known is null ? State.Unknown : State.Lasting;

    private enum State : byte
    {
        Unknown,
        Known,

        /// <summary>And nothing suggests that the file could change without its times telling.</summary>
        Lasting,
    }

    /// <summary>Where the file's name ends in the names of its directory.</summary>
    public int NameEnd { get; init; }

    public readonly HostStat Stat(ulong device) =>
        new(_mode, _size, new UnixTime(_mtime, _mtimeNanoseconds), new UnixTime(_ctime, _ctimeNanoseconds), _inode, device, 1, 0, 0);

    /// <summary>The hash, or null. Only a hash that is whole is seen, whatever other threads do.</summary>
    public static Sha256Hash? Hash(ref FileRecord record) =>
        Volatile.Read(ref System.Runtime.CompilerServices.Unsafe.As<State, byte>(ref record._state)) == 0 ? null : record._hash;

    /// <summary>The hash, if it will do for later builds.</summary>
    public static Sha256Hash? LastingHash(ref FileRecord record) => record._state == State.Lasting ? record._hash : null;

    /// <summary>Notes a hash unless there is one; gives the one that is there then. Not for several threads at a time.</summary>
    public static Sha256Hash Settle(ref FileRecord record, Sha256Hash hash, bool isLasting)
    {
        if (record._state == State.Unknown)
            record._hash = hash;
        if (record._state == State.Unknown || (isLasting && record._hash == hash))
            Volatile.Write(ref System.Runtime.CompilerServices.Unsafe.As<State, byte>(ref record._state), (byte)(isLasting ? State.Lasting : State.Known));
        return record._hash;
    }
}

/// <summary>A <see cref="FileRecord"/> in its array: what stands behind the node of a file. All names of one file share it.</summary>
internal sealed class HostNote(FileRecord[] records, int index, ulong device)
{
    /// <summary>A note that stands alone.</summary>
    public HostNote(in HostStat stat, Sha256Hash? known) : this([new FileRecord(stat, known)], 0, stat.Device)
    {
    }

    public HostStat Stat => records[index].Stat(device);

    /// <summary>Null until the file was read or found in the digest cache.</summary>
    public Sha256Hash? Hash => FileRecord.Hash(ref records[index]);

    /// <summary>The hash, if it will do for later builds.</summary>
    public Sha256Hash? LastingHash => FileRecord.LastingHash(ref records[index]);

    /// <summary>Notes what the file's bytes were, unless that is known; gives what is known then. Threads may race.</summary>
    public Sha256Hash Settle(Sha256Hash hash, bool isLasting)
    {
        lock (records)
            return FileRecord.Settle(ref records[index], hash, isLasting);
    }

    public static HostNote Of(FileNode file) =>
        file.Origin as HostNote ?? throw new ArgumentException($"`{file.Path}` is no file of this context", nameof(file));
}
