using System.Runtime.InteropServices;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>The system's liblzma: what is needed to decompress xz.</summary>
/// <remarks>lzma/base.h and lzma/container.h of version 5.0 and later, whose layout and numbers are fixed.</remarks>
internal static unsafe partial class Liblzma
{
    public const uint Concatenated = 8;

    private const string Library = "liblzma.so.5";

    public enum Result
    {
        Ok = 0,
        StreamEnd = 1,
        NoMemory = 5,
        MemoryLimit = 6,
        BadFormat = 7,
        BadOptions = 8,
        BadData = 9,
        NoProgress = 10,
    }

    public enum Action
    {
        Run = 0,
        Finish = 3,
    }

    /// <summary><c>lzma_stream</c>. All zeros is its initial state.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct State
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public nint Allocator;
        public nint Internal;
        public nint Reserved1;
        public nint Reserved2;
        public nint Reserved3;
        public nint Reserved4;
        public ulong SeekPosition;
        public ulong Reserved5;
        public nuint Reserved6;
        public nuint Reserved7;
        public int Reserved8;
        public int Reserved9;
    }

    /// <summary>Throws where the library is missing, with a sentence that says what to do.</summary>
    public static void Require()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Liblzma).Assembly, DllImportSearchPath.SafeDirectories, out _))
            throw new NotSupportedException($"xz needs the system's library {Library}, which was not found; install the package liblzma5 (or xz-libs, xz)");
    }

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial Result Begin(State* state, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial Result Code(State* state, Action action);

    [LibraryImport(Library, EntryPoint = "lzma_end"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void End(State* state);
}
