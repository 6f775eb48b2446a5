using System.Runtime.InteropServices;

namespace CsBuild.Oci.Layers.Compression;

/// <summary>The system's libzstd: the few functions of its stable streaming interface that are needed.</summary>
/// <remarks>zstd.h of version 1.4.0 and later; sizes are unsigned, errors are sizes near the top of the range.</remarks>
internal static unsafe partial class Libzstd
{
    public const int CompressionLevel = 100;
    public const int ChecksumFlag = 201;
    public const int Workers = 400;
    public const int MaxWindowLog = 100;

    private const string Library = "libzstd.so.1";

    /// <summary>A span of memory as zstd takes it: for input the bytes to read, for output the room to write.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    public enum EndDirective
    {
        Continue = 0,
        Flush = 1,
        End = 2,
    }

    /// <summary>Throws where the library is missing, with a sentence that says what to do.</summary>
    public static void Require()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Libzstd).Assembly, DllImportSearchPath.SafeDirectories, out _))
            throw new NotSupportedException($"zstd needs the system's library {Library}, which was not found; install the package libzstd1 (or libzstd, zstd)");
    }

    /// <summary>The result, or an exception where it is an error.</summary>
    public static nuint Check(nuint result) => IsError(result) == 0
        ? result
        : throw new InvalidDataException($"zstd: {Marshal.PtrToStringUTF8((nint)ErrorName(result))}");

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint CreateDecoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint FreeDecoder(nint decoder);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint SetDecoder(nint decoder, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint Decompress(nint decoder, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint CreateEncoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint FreeEncoder(nint encoder);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint SetEncoder(nint encoder, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nuint Compress(nint encoder, Buffer* output, Buffer* input, EndDirective end);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* ErrorName(nuint result);
}
