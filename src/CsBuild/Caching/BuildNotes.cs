using CsBuild.Caching.Explaining;
using CsBuild.Context;
using CsBuild.Fetching.Http;
using CsBuild.Oci.Storage;

namespace CsBuild.Caching;

/// <summary>What a store remembers beside records and layers: accounts of builds, lists of files, hashes of contexts, downloads.</summary>
internal static class BuildNotes
{
    private const int LengthOfName = 64;

    private const string LessExplained = "the next build is explained less well";

    public static IReadOnlyList<StoredNotes> Kinds { get; } =
    [
        new("builds", IsAccount, LessExplained),
        new("files", path => FileLists.IsIntact(File.ReadAllBytes(path)), LessExplained),
        new("context", FileDigestReader.IsIntact, "the files are read again"),
        new("downloads", path => DownloadRecords.IsIntact(File.ReadAllBytes(path)), "it is downloaded again"),
    ];

    private static bool IsAccount(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return Path.GetFileName(path) == "last" ? bytes.Length == LengthOfName : BuildAccountFormat.Read(bytes) is not null;
    }
}
