using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>
/// Reads one document from left to right. Hand-written rather than by the serializer: every build reads documents, and
/// setting that up costs more than reading them. Every method takes the value at the current place.
/// </summary>
internal ref struct JsonInput
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _reader;

    public JsonInput(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        _reader.Read();
    }

    /// <summary>Nothing may follow the document.</summary>
    public void End() => _reader.Read();

    /// <summary>The members of the object here; null where there is a null.</summary>
    public readonly JsonMembers? Object() => IsStartOf(JsonTokenType.StartObject, "an object") ? new JsonMembers() : null;

    /// <summary>Steps to the value of the next member and gives its name; null at the object's end.</summary>
    public string? NextName()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
            return null;
        var name = _reader.GetString()!;
        _reader.Read();
        return name;
    }

    /// <summary>True where an array begins here, false where there is a null.</summary>
    public readonly bool Array() => IsStartOf(JsonTokenType.StartArray, "an array");

    /// <summary>Steps to the next item; false at the array's end.</summary>
    public bool NextItem() => _reader.Read() && _reader.TokenType != JsonTokenType.EndArray;

    public readonly string? Text() => _reader.TokenType switch
    {
        JsonTokenType.String => _reader.GetString(),
        JsonTokenType.Null => null,
        _ => throw Expected("a text"),
    };

    public readonly Digest? Digest() => Text() is not { } text ? null
        : Model.Digest.TryParse(text, out var digest) ? digest : throw new JsonException("invalid digest");

    public readonly long Number() =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var number) ? number : throw Expected("a whole number");

    public readonly int SmallNumber() =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var number) ? number : throw Expected("a whole number");

    public readonly bool Boolean() => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Expected("true or false"),
    };

    public IReadOnlyList<string>? Texts()
    {
        if (!Array())
            return null;
        var texts = new List<string>();
        while (NextItem())
            texts.Add(Text()!);
        return texts;
    }

    public SortedDictionary<string, string>? Map()
    {
        if (!IsStartOf(JsonTokenType.StartObject, "an object"))
            return null;
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (NextName() is { } name)
            if (!map.TryAdd(name, Text()!))
                throw JsonMembers.Twice(name);
        return map;
    }

    public SortedDictionary<string, EmptyObject>? Set()
    {
        if (!IsStartOf(JsonTokenType.StartObject, "an object"))
            return null;
        var set = new SortedDictionary<string, EmptyObject>(StringComparer.Ordinal);
        while (NextName() is { } name)
        {
            if (!set.TryAdd(name, IsStartOf(JsonTokenType.StartObject, "an object") ? new EmptyObject() : null!))
                throw JsonMembers.Twice(name);
            Skip();
        }
        return set;
    }

    public void Skip() => _reader.Skip();

    /// <summary>Any value, kept as it is.</summary>
    public JsonElement Anything()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        var bytes = _bytes[start..(int)_reader.BytesConsumed];
        return JsonElement.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
    }

    private readonly bool IsStartOf(JsonTokenType wanted, string what) =>
        _reader.TokenType == wanted || (_reader.TokenType != JsonTokenType.Null ? throw Expected(what) : false);

    private readonly JsonException Expected(string what) => new($"expected {what} at byte {_reader.TokenStartIndex}");
}
