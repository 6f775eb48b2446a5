using System.IO.Abstractions;
using System.Text;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Explaining;

/// <summary>
/// Lists of files by the digest that stands for them in keys (<c>files/HEX</c>), written when a step runs and read when it
/// runs again with others: a build that has nothing to do never sees them. Paths share their beginnings, so that
/// 20,000 files take about half a megabyte.
/// </summary>
/// <param name="files">Where it is.</param>
/// <param name="directory">The store's <c>csbuild</c>.</param>
/// <param name="use">Told which lists are looked up, before they are.</param>
internal sealed class FileLists(IFileSystem files, string directory, Action<Digest>? use = null)
{
    private const uint Magic = 0x314C4643; // "CFL1"
    private const int MaxSize = 512 << 20;

    private readonly string _directory = files.Path.Combine(directory, "files");

    /// <summary>The list, or null where it is not there or damaged.</summary>
    public FileList? Find(string digest)
    {
        if (!Digest.TryParse(digest, out var parsed))
            return null;
        use?.Invoke(parsed);
        var path = PathOf(parsed);
        try
        {
            return files.File.Exists(path) && files.FileInfo.FromFileName(path).Length <= MaxSize ? Read(files.File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Keeps a list; no harm is done where that is not possible.</summary>
    public void Keep(string digest, FileList list)
    {
        if (!Digest.TryParse(digest, out var parsed))
            return;
        use?.Invoke(parsed);
        try
        {
            StoredFile.Replace(files.Path.Combine(_directory, "..", "tmp"), PathOf(parsed), Write(list));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing hangs on it.
        }
    }

    /// <summary>True where the bytes are a list as it was written.</summary>
    public static bool IsIntact(byte[] bytes) => Read(bytes) is not null;

    private string PathOf(Digest digest) => files.Path.Combine(_directory, digest.Hex);

    private static byte[] Write(FileList list)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(list.Files.Count);
            byte[] last = [];
            foreach (var file in list.Files)
            {
                var path = PathBytes.Encode(file.Path);
                var shared = path.AsSpan().CommonPrefixLength(last);
                writer.Write7BitEncodedInt(shared);
                writer.Write7BitEncodedInt(path.Length - shared);
                writer.Write(path.AsSpan(shared));
                writer.Write((byte)file.Type);
                writer.Write7BitEncodedInt(file.Mode);
                writer.Write7BitEncodedInt((int)file.Uid);
                writer.Write7BitEncodedInt((int)file.Gid);
                writer.Write(file.Content);
                writer.Write7BitEncodedInt((int)file.Extra);
                last = path;
            }
        }
        stream.Write(stackalloc byte[Sha256Hash.Size]);
        var bytes = stream.ToArray();
        Sha256Hash.Of(bytes.AsSpan(..^Sha256Hash.Size)).Write(bytes.AsSpan(bytes.Length - Sha256Hash.Size));
        return bytes;
    }

    private static FileList? Read(byte[] bytes)
    {
        if (bytes.Length < sizeof(uint) + Sha256Hash.Size || Sha256Hash.Of(bytes.AsSpan(..^Sha256Hash.Size)) != Sha256Hash.Read(bytes.AsSpan(^Sha256Hash.Size..)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadUInt32() != Magic)
            return null;
        var found = new ListedFile[reader.ReadInt32()];
        byte[] last = [];
        for (var i = 0; i < found.Length; i++)
        {
            var shared = reader.Read7BitEncodedInt();
            byte[] path = [.. last.AsSpan(0, shared), .. reader.ReadBytes(reader.Read7BitEncodedInt())];
            found[i] = new ListedFile(
                PathBytes.Decode(path), (EntryType)reader.ReadByte(), reader.Read7BitEncodedInt(),
                (uint)reader.Read7BitEncodedInt(), (uint)reader.Read7BitEncodedInt(), reader.ReadUInt64(), (uint)reader.Read7BitEncodedInt());
            last = path;
        }
        return new FileList(found);
    }
}
