namespace CsBuild.Oci.Layers;

/// <summary>
/// The 512 bytes that a tar is made of, and where the fields of a header are in them. POSIX.1-2017, pax, "ustar
/// Interchange Format".
/// </summary>
internal static class TarBlock
{
    public const int Size = 512;

    /// <summary>The largest number of 11 octal digits: sizes and times.</summary>
    public const long MaxLongNumber = (1L << 33) - 1;

    /// <summary>The largest number of 7 octal digits: ids and device numbers.</summary>
    public const uint MaxShortNumber = (1 << 21) - 1;

    public const int MaxName = 100;
    public const int MaxPrefix = 155;

    public static readonly Range Name = ..100;
    public static readonly Range Mode = 100..108;
    public static readonly Range Uid = 108..116;
    public static readonly Range Gid = 116..124;
    public static readonly Range Length = 124..136;
    public static readonly Range Mtime = 136..148;
    public static readonly Range Checksum = 148..156;
    public const int TypeFlag = 156;
    public static readonly Range LinkName = 157..257;
    public static readonly Range Magic = 257..265;
    public static readonly Range DeviceMajor = 329..337;
    public static readonly Range DeviceMinor = 337..345;
    public static readonly Range Prefix = 345..500;

    /// <summary>How many bytes fill up the last block of a content.</summary>
    public static int Padding(long size) => (int)(-size & (Size - 1));

    /// <summary>The sum of a header's bytes, with its own field taken for spaces.</summary>
    public static int Sum(ReadOnlySpan<byte> block)
    {
        var sum = 8 * ' ';
        foreach (var b in block)
            sum += b;
        foreach (var b in block[Checksum])
            sum -= b;
        return sum;
    }
}
