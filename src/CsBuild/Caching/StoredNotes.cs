using CsBuild.Caching.Explaining;
using CsBuild.Context;
using CsBuild.Fetching.Http;
using CsBuild.Oci.Storage;

namespace CsBuild.Caching;

/// <summary>
/// What a store remembers beside records and layers: accounts of builds, lists of files, hashes of contexts, downloads. A
/// damaged one is worth as much as none, and takes room.
/// </summary>
internal static class StoredNotes
{
    private const int LengthOfName = 64;

    private static readonly (string Directory, Func<FileInfo, bool> IsIntact, string Loss)[] Kinds =
    [
        ("builds", file => file.Name == "last" ? file.Length == LengthOfName : BuildAccountFormat.Read(BytesOf(file)) is not null, "the next build is explained less well"),
        ("files", file => FileLists.IsIntact(BytesOf(file)), "the next build is explained less well"),
        ("context", file => FileDigestReader.IsIntact(file.FullName), "the files are read again"),
        ("downloads", file => DownloadRecords.IsIntact(BytesOf(file)), "it is downloaded again"),
    ];

    /// <summary>Looks at all of them, and removes what is damaged where <paramref name="repair"/> says so.</summary>
    public static StoreCheck Check(string privateDirectory, bool repair, CancellationToken cancellationToken)
    {
        var problems = new List<StoreProblem>();
        var (count, length) = (0, 0L);
        foreach (var (directory, isIntact, loss) in Kinds)
        {
            var place = new DirectoryInfo(Path.Combine(privateDirectory, directory));
            foreach (var file in place.Exists ? place.GetFiles() : [])
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    (count, length) = (count + 1, length + file.Length);
                    // Twice: others remove and replace meanwhile, and what is gone or new is no damage.
                    if (isIntact(file) || !File.Exists(file.FullName) || isIntact(file))
                        continue;
                    if (repair)
                        file.Delete();
                    problems.Add(new StoreProblem($"csbuild/{directory}/{file.Name}", $"is damaged: {loss}", repair));
                }
                catch (FileNotFoundException)
                {
                    // Replaced or removed since.
                }
            }
        }
        return new StoreCheck(count, length, problems);
    }

    private static byte[] BytesOf(FileInfo file) => File.ReadAllBytes(file.FullName);
}
