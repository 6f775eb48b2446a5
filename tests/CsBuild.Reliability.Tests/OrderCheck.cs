using System.Text.RegularExpressions;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// Reads a trace of system calls and says what is out of order: a name before its bytes, a tag before the names of what it
/// leads to, success before a name is on disk. What a tag leads to is asked of the caller, who has the store afterwards.
/// </summary>
/// <param name="store">The store's directory.</param>
/// <param name="needed">The names of all blobs that the last list of tags leads to.</param>
internal sealed partial class OrderCheck(string store, IReadOnlySet<string> needed)
{
    private readonly HashSet<string> _flushed = [];
    private readonly HashSet<string> _unsure = [];
    private readonly HashSet<string> _named = [];
    private readonly List<string> _faults = [];
    private int _lastTags;

    public int Blobs => _named.Count;

    public int Tags { get; private set; }

    public int Flushes { get; private set; }

    /// <summary>Everything that is wrong, in words; empty where nothing is.</summary>
    /// <param name="trace">The calls in the order in which they began, flushes in the order in which they ended.</param>
    public IReadOnlyList<string> Run(IReadOnlyList<string> trace)
    {
        _lastTags = trace.Index().LastOrDefault(l => IsTags(l.Item)).Index;
        foreach (var (number, line) in trace.Index())
        {
            if (line.Contains("syncfs(", StringComparison.Ordinal))
                _faults.Add($"a flush of the whole file system: {line}");
            if (Written().Match(line) is { Success: true } written)
                _flushed.Remove(written.Groups["path"].Value);
            else if (Flushed().Match(line) is { Success: true } flush)
                Flush(flush.Groups["path"].Value);
            else if (Renamed().Match(line) is { Success: true } rename && !line.Contains("= -1", StringComparison.Ordinal))
                Rename(rename.Groups["from"].Value, rename.Groups["to"].Value, number);
        }
        foreach (var directory in _unsure)
            _faults.Add($"success before the names in {directory} are on disk");
        return _faults;
    }

    private void Flush(string path)
    {
        Flushes++;
        if (path.Contains("/unpacked/", StringComparison.Ordinal))
            _faults.Add($"a flush of an unpacked layer: {path}");
        _flushed.Add(path);
        _unsure.Remove(path);
    }

    private void Rename(string from, string to, int number)
    {
        if (to.StartsWith(store + "/blobs/", StringComparison.Ordinal))
        {
            if (!_flushed.Contains(from))
                _faults.Add($"a name before the bytes: {to}");
            _unsure.Add(Path.GetDirectoryName(to)!);
            _named.Add(Path.GetFileName(to));
        }
        else if (to == store + "/index.json")
        {
            Tags++;
            if (!_flushed.Contains(from))
                _faults.Add("a list of tags before its bytes");
            if (number == _lastTags)
            {
                foreach (var blob in needed.Where(b => !_named.Contains(b)))
                    _faults.Add($"a tag before the name of a blob that it leads to: {blob}");
                foreach (var directory in _unsure.Where(d => d != store))
                    _faults.Add($"a tag before the names in {directory} are on disk");
            }
            _unsure.Add(store);
        }
    }

    private bool IsTags(string line) => Renamed().Match(line) is { Success: true } rename && rename.Groups["to"].Value == store + "/index.json";

    [GeneratedRegex(@"pwrite64\(\d+<(?<path>[^>]*)>")]
    private static partial Regex Written();

    [GeneratedRegex(@"f(?:data)?sync\(\d+<(?<path>[^>]*)>\s*\)\s+= 0")]
    private static partial Regex Flushed();

    [GeneratedRegex(@"rename\(""(?<from>[^""]*)"", ""(?<to>[^""]*)""")]
    private static partial Regex Renamed();
}
