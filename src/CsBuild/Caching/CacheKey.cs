using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Caching;

/// <summary>
/// Names the result of a step by everything that can influence it. The parts are kept beside the hash, so that two
/// keys can be compared part by part.
/// </summary>
public sealed record CacheKey
{
    /// <summary>The version of what is hashed and how. A new one forgets every record.</summary>
    public const string Schema = "csbuild/3";

    private CacheKey(Digest value, IReadOnlyList<KeyValuePair<string, string>> parts)
    {
        Value = value;
        Parts = parts;
    }

    /// <summary>The hash over <see cref="Schema"/> and all parts.</summary>
    public Digest Value { get; }

    /// <summary>
    /// Name and value of each part, in order, for explanations: what is long, or is called like a secret, stands here as
    /// the beginning of a hash.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parts { get; }

    /// <summary>Makes a key of <paramref name="parts"/>; their order counts, and parts without a value are left out.</summary>
    internal static CacheKey Of(KeyParts parts)
    {
        var kept = new List<KeyValuePair<string, string>>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Schema);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts.Value(i) is not { } value)
                continue;
            var name = parts.Name(i);
            Append(hash, name);
            Append(hash, value);
            kept.Add(KeyValuePair.Create(name, ShownValue.Of(name, value)));
        }
        return new CacheKey(Sha256Hash.Finish(hash).ToDigest(), kept);
    }

    /// <inheritdoc/>
    public bool Equals(CacheKey? other) => other is not null && Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    // Length first, so that no two lists of parts give the same bytes.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
