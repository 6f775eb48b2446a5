using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>The arguments of posix_spawn(3), in memory that the collector does not move.</summary>
internal sealed unsafe class SpawnRequest : IDisposable
{
    private const int OpaqueSize = 1024;
    private readonly List<nint> _memory = [];
    private readonly List<Fd> _copies = [];
    private readonly byte* _actions;
    private readonly byte* _attributes;
    private readonly byte** _arguments;
    private readonly byte** _environment;

    /// <summary>Prepares to start a program with <paramref name="descriptors"/> as 0, 1, 2 and so on.</summary>
    public SpawnRequest(IEnumerable<string> arguments, IEnumerable<string> environment, Fd[] descriptors, int firstFree)
    {
        _actions = Allocate(OpaqueSize);
        _attributes = Allocate(OpaqueSize);
        _arguments = Table([.. arguments]);
        _environment = Table([.. environment]);
        Must(Libc.posix_spawn_file_actions_init(_actions));
        Must(Libc.posix_spawnattr_init(_attributes));
        try
        {
            Prepare(descriptors, firstFree);
        }
        catch
        {
            // Copies of the output's ends, kept open, would have its reader wait for ever.
            Dispose();
            throw;
        }
    }

    private void Prepare(Fd[] descriptors, int firstFree)
    {
        for (var i = 0; i < descriptors.Length; i++)
        {
            // a copy with a high number first, or one of the moves could overwrite the source of another
            var copy = Libc.Duplicate(descriptors[i], firstFree);
            _copies.Add(copy);
            Must(Libc.posix_spawn_file_actions_adddup2(_actions, copy.Value, i));
        }
        var signals = Allocate(OpaqueSize);
        Must(Libc.posix_spawnattr_setsigmask(_attributes, signals));
        new Span<byte>(signals, 8).Fill(0xff);
        Must(Libc.posix_spawnattr_setsigdefault(_attributes, signals));
        Must(Libc.posix_spawnattr_setflags(_attributes, 4 | 8)); // SETSIGDEF, SETSIGMASK
    }

    /// <summary>Starts it; 0 or the error number.</summary>
    public int Spawn(int* pid) => Libc.posix_spawn(pid, _arguments[0], _actions, _attributes, _arguments, _environment);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Libc.posix_spawn_file_actions_destroy(_actions);
        _ = Libc.posix_spawnattr_destroy(_attributes);
        _copies.ForEach(copy => copy.Dispose());
        _memory.ForEach(block => NativeMemory.Free((void*)block));
        GC.SuppressFinalize(this);
    }

    /// <summary>These functions return their error number.</summary>
    public static void Must(int errno, string? subject = null)
    {
        if (errno != 0)
            throw new LinuxException("posix_spawn", subject, errno);
    }

    private byte** Table(string[] texts)
    {
        var table = (byte**)Allocate((texts.Length + 1) * sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
        {
            var bytes = Libc.Name(texts[i]);
            table[i] = Allocate(bytes.Length);
            bytes.CopyTo(new Span<byte>(table[i], bytes.Length));
        }
        return table;
    }

    private byte* Allocate(int size)
    {
        var block = (byte*)NativeMemory.AllocZeroed((nuint)size);
        _memory.Add((nint)block);
        return block;
    }
}
