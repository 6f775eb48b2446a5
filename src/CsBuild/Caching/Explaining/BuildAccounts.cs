using System.IO.Abstractions;
using System.Text;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Explaining;

/// <summary>
/// The last account of each thing that was built (<c>builds/HASH</c>), and which was the last of all (<c>builds/last</c>).
/// Only for explanations: what cannot be read is as not there, what cannot be written is not written.
/// </summary>
/// <param name="files">Where it is.</param>
/// <param name="directory">The store's <c>csbuild</c>.</param>
/// <param name="use">Told which accounts are looked up, before they are; null for nobody.</param>
public sealed class BuildAccounts(IFileSystem files, string directory, Action<Digest>? use = null)
{
    private const string LastName = "last";
    private const int NameLength = 64;

    private readonly string _directory = files.Path.Combine(directory, "builds");

    /// <summary>What the last build in this store did, whatever it built; null where none is known.</summary>
    public BuildAccount? Last() =>
        Bytes(LastName) is { Length: NameLength } name && Encoding.ASCII.GetString(name) is var text && text.All(char.IsAsciiHexDigitLower) ? Read(text) : null;

    /// <summary>The last account of what has this identity, or null.</summary>
    internal BuildAccount? Of(string identity)
    {
        use?.Invoke(Digest.Parse("sha256:" + NameOf(identity)));
        return Read(NameOf(identity));
    }

    /// <summary>Keeps an account; one that says what the kept one says costs two small reads.</summary>
    internal void Keep(string identity, BuildAccount account)
    {
        var name = NameOf(identity);
        Put(name, BuildAccountFormat.Write(account));
        Put(LastName, Encoding.ASCII.GetBytes(name));
    }

    private BuildAccount? Read(string name)
    {
        try
        {
            return Bytes(name) is { } bytes ? BuildAccountFormat.Read(bytes) : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            return null;
        }
    }

    private static string NameOf(string identity) => Digest.Of(Encoding.UTF8.GetBytes(identity)).Hex;

    private byte[]? Bytes(string name)
    {
        var path = files.Path.Combine(_directory, name);
        try
        {
            return files.File.Exists(path) && files.FileInfo.FromFileName(path).Length <= BuildAccountFormat.MaxSize ? files.File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Put(string name, byte[] bytes)
    {
        if (Bytes(name) is { } there && there.AsSpan().SequenceEqual(bytes))
            return;
        try
        {
            StoredFile.Replace(files.Path.Combine(_directory, "..", "tmp"), files.Path.Combine(_directory, name), bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing hangs on it.
        }
    }
}
