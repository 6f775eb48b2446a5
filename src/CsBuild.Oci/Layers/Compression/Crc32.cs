namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// CRC-32 of two pieces from those of each. Appending zeros to a message multiplies its remainder by a power of x
/// modulo the polynomial, and the rest is an exclusive or.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    /// <summary>The CRC of a message followed by another of <paramref name="nextLength"/> bytes.</summary>
    public static uint Combine(uint crc, uint next, long nextLength)
    {
        var factor = One;
        // x^8, squared at each step: the bits of the length say which powers belong to the product.
        for (var power = One >> 8; nextLength > 0; nextLength >>= 1, power = Multiply(power, power))
            if ((nextLength & 1) != 0)
                factor = Multiply(factor, power);
        return Multiply(crc, factor) ^ next;
    }

    // The highest coefficient is the lowest bit.
    private static uint Multiply(uint a, uint b)
    {
        var product = 0u;
        for (; a != 0; a <<= 1)
        {
            if ((a & One) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }
        return product;
    }
}
