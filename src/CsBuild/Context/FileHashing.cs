using System.Buffers;
using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

internal static class FileHashing
{
    private const int BufferSize = 128 * 1024;

    /// <summary>The hash of a stream of <paramref name="size"/> bytes; null where it has fewer or more.</summary>
    public static Sha256Hash? Hash(Stream content, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // Most files fit: one read, one more that finds the end.
            var read = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read < buffer.Length)
                return read == size ? Sha256Hash.Of(buffer.AsSpan(0, read)) : null;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long total = 0;
            while (read > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                total += read;
                if (total > size)
                    return null;
                read = content.Read(buffer);
            }
            return total == size ? Sha256Hash.Finish(hash) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
