using System.Runtime.InteropServices;

namespace CsBuild.Linux.Processes;

/// <summary>
/// System calls by number through one pointer that is found at the start. After the root has changed the runtime can
/// load nothing, so the init makes no other call of any kind.
/// </summary>
internal readonly unsafe struct RawCalls
{
    private readonly delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint> _syscall;
    private readonly delegate* unmanaged[SuppressGCTransition]<int*> _errno;

    /// <summary>Finds the two functions in the C library that the process has already.</summary>
    public RawCalls()
    {
        var program = NativeLibrary.GetMainProgramHandle();
        _syscall = (delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)NativeLibrary.GetExport(program, "syscall");
        _errno = (delegate* unmanaged[SuppressGCTransition]<int*>)NativeLibrary.GetExport(program, "__errno_location");
    }

    /// <summary>The error number of the last call.</summary>
    public int Errno => *_errno();

    /// <summary>Makes a call; negative where it failed.</summary>
    public nint Call(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) => _syscall(number, a, b, c, d, e, f);

    /// <summary>As the other, with a first argument that is a pointer.</summary>
    public nint Call(int number, void* a, nint b = 0, nint c = 0, nint d = 0) => _syscall(number, (nint)a, b, c, d, 0, 0);

    /// <summary>As the other, with a second argument that is a pointer.</summary>
    public nint Call(int number, nint a, void* b, nint c = 0, nint d = 0, nint e = 0) => _syscall(number, a, (nint)b, c, d, e, 0);

    /// <summary>Says what failed on <paramref name="status"/> and ends the process.</summary>
    public void Fail(int status, InitStage stage, int errno)
    {
        var report = stackalloc int[2] { (int)stage, errno };
        _ = Call(Interop.SyscallNumbers.Write, status, report, 8);
        while (true)
            _ = Call(Interop.SyscallNumbers.ExitGroup, 127);
    }

    /// <summary>Fails where <paramref name="result"/> is negative.</summary>
    public nint Must(nint result, int status, InitStage stage)
    {
        if (result < 0)
            Fail(status, stage, Errno);
        return result;
    }
}
