namespace CsBuild.Context;

/// <summary>
/// What the rules of an <see cref="IgnoreFile"/> say about one path, and what of that holds for all below it. A walk
/// carries one of these down, so that each rule is tried once for a name and not once for every parent again.
/// </summary>
public readonly struct IgnoreState
{
    private readonly IgnoreFile _file;
    private readonly int _last;
    private readonly string _path;

    internal IgnoreState(IgnoreFile file, int last, string path)
    {
        _file = file;
        _last = last;
        _path = path;
    }

    /// <summary>The last rule that matches the path or a parent of it; null where none does.</summary>
    public IgnoreRule? By => _last < 0 ? null : _file.Rules[_last];

    /// <summary>True if the path is left out.</summary>
    public bool IsIgnored => _last >= 0 && !_file.Rules[_last].Includes;

    /// <summary>True if something below an ignored directory could be included again, so that it must be walked.</summary>
    public bool MayIncludeBelow
    {
        get
        {
            for (var i = _last + 1; i < _file.Rules.Count; i++)
                if (_file.Rules[i].Includes && _file.Rules[i].Pattern.CanMatchBelow(_path))
                    return true;
            return false;
        }
    }

    /// <summary>The state of a child; <paramref name="path"/> is its whole path.</summary>
    public IgnoreState Enter(string path)
    {
        // Only a later rule can change what an earlier one has decided, for this path and for all below it.
        var last = _last;
        for (var i = _file.Rules.Count - 1; i > _last; i--)
        {
            if (!_file.Rules[i].Pattern.Matches(path))
                continue;
            last = i;
            break;
        }
        return new IgnoreState(_file, last, path);
    }
}
