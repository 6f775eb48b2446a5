using CsBuild.Oci.Storage;

namespace CsBuild.Caching;

/// <summary>The records of a store as files: how large, when last used, of which step.</summary>
internal static class StoredRecords
{
    private const int LongestDescription = 200;

    /// <summary>All records. Those that cannot be read have no layer.</summary>
    public static IReadOnlyList<StoredStep> List(string directory)
    {
        var found = new List<StoredStep>();
        if (!Directory.Exists(directory))
            return found;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                var record = CacheRecord.FromBytes(File.ReadAllBytes(file.FullName));
                found.Add(new StoredStep(file.FullName, file.Length, file.LastWriteTimeUtc, record?.Layer, record is null ? "record of a step" : Describe(record.Parts)));
            }
            catch (IOException)
            {
                // Replaced or removed since.
            }
        }
        return found;
    }

    private static string Describe(IReadOnlyList<KeyValuePair<string, string>> parts)
    {
        var words = parts.Where(p => p.Key is "kind" or "destination" or "path" or "command").Select(p => p.Value);
        var text = string.Join(' ', words).ReplaceLineEndings(" ");
        return text.Length == 0 ? "layer of a step" : text.Length > LongestDescription ? text[..LongestDescription] + "…" : text;
    }
}
