using System.Globalization;

namespace CsBuild.Oci.Storage;

/// <summary>What a prune may remove. Nothing that a running program uses or a blob of an image with a name is ever removed.</summary>
public sealed record PruneOptions
{
    /// <summary>Also what is kept of images with names beside their blobs, and what is of type <see cref="StoreItem.Internal"/>.</summary>
    public bool All { get; init; }

    /// <summary>Only what has not been used for so long; null: however recently.</summary>
    public TimeSpan? UnusedFor { get; init; }

    /// <summary>Only what all of these match.</summary>
    public IReadOnlyList<ItemFilter> Filters { get; init; } = [];

    /// <summary>So many bytes may stay whatever the other limits say; the least recently used go first.</summary>
    public long ReservedSpace { get; init; }

    /// <summary>The most bytes that may stay; 0 for no such limit.</summary>
    public long MaxUsedSpace { get; init; }

    /// <summary>So many bytes shall be free on the store's file system; 0 for no such limit.</summary>
    public long MinFreeSpace { get; init; }

    /// <summary>How many bytes may stay of <paramref name="total"/>; null where no limit is set, and all that matches goes.</summary>
    internal long? Keep(long total, long free)
    {
        if (ReservedSpace <= 0 && MaxUsedSpace <= 0 && MinFreeSpace <= 0)
            return null;
        var keep = MaxUsedSpace > 0 ? MaxUsedSpace : MinFreeSpace > 0 ? total : 0;
        if (MinFreeSpace > free)
            keep = Math.Min(keep, total - (MinFreeSpace - free));
        return Math.Max(keep, ReservedSpace);
    }
}

/// <summary>What a prune removed.</summary>
/// <param name="Items">Each thing; one that stays in part (a named image's layer) is here too.</param>
/// <param name="Bytes">Of all that went.</param>
public sealed record PruneResult(IReadOnlyList<StoreItem> Items, long Bytes);

/// <summary>A condition on an item, <c>key=value</c>, <c>key!=value</c> or <c>key~=part</c>, in BuildKit's words.</summary>
public sealed record ItemFilter
{
    private static readonly string[] Keys = ["id", "type", "description", "inuse", "shared", "private"];

    private ItemFilter(string key, string @operator, string value) => (Key, Operator, Value) = (key, @operator, value);

    /// <summary>One of id, type, description, inuse, shared, private.</summary>
    public string Key { get; }

    /// <summary><c>=</c>, <c>!=</c> or <c>~=</c>.</summary>
    public string Operator { get; }

    /// <summary>What to compare with.</summary>
    public string Value { get; }

    /// <summary>Reads a filter; <c>inuse</c>, <c>shared</c> and <c>private</c> may stand alone.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ItemFilter Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var at = equals > 0 && text[equals - 1] is '!' or '~' ? equals - 1 : equals;
        var key = (at < 0 ? text : text[..at]).Trim();
        if (!Keys.Contains(key) || (at < 0 && key is "id" or "type" or "description" && at < 0))
            throw new FormatException($"invalid filter `{text}`: {string.Join(", ", Keys)} with =, != or ~=");
        return at < 0 ? new ItemFilter(key, "=", "true") : new ItemFilter(key, text[at..(equals + 1)], text[(equals + 1)..].Trim());
    }

    /// <summary>True where the item is as the filter says. An ID is matched by its beginning.</summary>
    public bool Matches(StoreItem item)
    {
        var value = Key switch
        {
            "id" => item.Id,
            "type" => item.Type,
            "description" => item.Description,
            "inuse" => Text(item.IsInUse),
            "shared" => Text(item.IsShared),
            _ => Text(!item.IsShared),
        };
        return Operator switch
        {
            "=" => Equal(value),
            "!=" => !Equal(value),
            _ => value.Contains(Value, StringComparison.Ordinal),
        };
    }

    private bool Equal(string value) => Key == "id" ? Value.Length > 0 && value.StartsWith(Value, StringComparison.Ordinal) : value == Value;

    private static string Text(bool value) => value.ToString(CultureInfo.InvariantCulture).ToLowerInvariant();
}
