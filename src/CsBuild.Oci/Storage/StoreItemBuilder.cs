using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>An item of which one file after the other is found.</summary>
internal sealed class StoreItemBuilder(string id, string type, string description)
{
    public string Description { get; set; } = description;

    public HashSet<Digest> Keys { get; } = [];

    public List<StorePart> Parts { get; } = [];

    public bool IsRemembered { get; set; }

    private DateTimeOffset _lastUsed = DateTimeOffset.UnixEpoch;

    public void Add(StorePart part, DateTimeOffset? lastUsed)
    {
        Parts.Add(part);
        if (lastUsed > _lastUsed)
            _lastUsed = lastUsed.Value;
    }

    public StoreItem Build(IReadOnlySet<Digest> named, IReadOnlySet<Digest> used) => new()
    {
        Id = id,
        Type = type,
        Description = Description,
        Size = Parts.Sum(p => p.Size),
        NamedSize = Parts.Where(p => p.Blob is not null && named.Contains(p.Blob)).Sum(p => p.Size),
        LastUsed = _lastUsed,
        IsInUse = Keys.Overlaps(used) || Parts.Any(p => p.Lock is not null && IsHeld(p.Lock)),
        IsShared = Keys.Overlaps(named),
        IsNeededLater = type == StoreItem.Internal && (IsRemembered || Parts.Any(p => p.Blob is null)),
        Keys = [.. Keys],
        Parts = Parts,
    };

    private static bool IsHeld(string path)
    {
        if (!File.Exists(path))
            return false;
        using var held = HeldLock.TryTake(path);
        return held is null;
    }
}
