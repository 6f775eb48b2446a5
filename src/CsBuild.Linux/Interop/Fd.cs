using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Interop;

/// <summary>An open descriptor; disposing closes it.</summary>
internal sealed class Fd : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Takes over <paramref name="value"/>.</summary>
    public Fd(int value)
        : base(ownsHandle: true) => SetHandle(value);

    /// <summary>The number. Valid as long as this object is not disposed; keep it reachable.</summary>
    public int Value => (int)handle;

    /// <summary>A path of the descriptor that any system call of this process takes.</summary>
    public string ProcPath => $"/proc/self/fd/{Value}";

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
