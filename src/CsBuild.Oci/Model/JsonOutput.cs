using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>
/// Writes one document in the canonical form. Members that are null are left out. Plain ASCII is copied as it is; all
/// else goes through the framework's encoder, which is not even loaded where it is not needed.
/// </summary>
internal sealed class JsonOutput
{
    private byte[] _bytes = new byte[1024];
    private int _length;
    private bool _needsComma;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void StartObject() => Open((byte)'{');

    public void EndObject() => Close((byte)'}');

    public void StartArray() => Open((byte)'[');

    public void EndArray() => Close((byte)']');

    public void Name(string name)
    {
        Separate();
        Quoted(name);
        Add((byte)':');
        _needsComma = false;
    }

    public void Text(string? text)
    {
        if (text is null)
        {
            Literal("null"u8);
            return;
        }
        Separate();
        Quoted(text);
        _needsComma = true;
    }

    public void Text(string name, string? text)
    {
        if (text is null)
            return;
        Name(name);
        Text(text);
    }

    public void Number(string name, long number)
    {
        Name(name);
        Reserve(20);
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
        _length += written;
        _needsComma = true;
    }

    /// <summary>Left out where it is the default.</summary>
    public void NumberUnlessZero(string name, long number)
    {
        if (number != 0)
            Number(name, number);
    }

    /// <summary>Left out where it is the default.</summary>
    public void True(string name, bool value)
    {
        if (!value)
            return;
        Name(name);
        Literal("true"u8);
    }

    public void Texts(string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
            return;
        Name(name);
        StartArray();
        foreach (var text in texts)
            Text(text);
        EndArray();
    }

    public void Map(string name, SortedDictionary<string, string>? map)
    {
        if (map is null)
            return;
        Name(name);
        StartObject();
        foreach (var (key, value) in map)
        {
            Name(key);
            Text(value);
        }
        EndObject();
    }

    public void Set(string name, SortedDictionary<string, EmptyObject>? set)
    {
        if (set is null)
            return;
        Name(name);
        StartObject();
        foreach (var (key, value) in set)
        {
            Name(key);
            Literal(value is null ? "null"u8 : "{}"u8);
        }
        EndObject();
    }

    /// <summary>The members that nobody knew when they were read.</summary>
    public void Unknown(IDictionary<string, JsonElement>? members)
    {
        if (members is null)
            return;
        foreach (var (name, value) in members)
        {
            Name(name);
            using var stream = new MemoryStream();
            using (var writer = CreateWriter(stream))
                value.WriteTo(writer);
            Literal(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        }
    }

    private void Open(byte bracket)
    {
        Separate();
        Add(bracket);
        _needsComma = false;
    }

    private void Close(byte bracket)
    {
        Add(bracket);
        _needsComma = true;
    }

    private void Literal(ReadOnlySpan<byte> bytes)
    {
        Separate();
        Append(bytes);
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
            Add((byte)',');
    }

    private void Quoted(string text)
    {
        if (!TryQuotePlain(text))
            Append(Encoded(text));
    }

    /// <summary>ASCII with the escapes that have a letter; false, and nothing written, where there is more in it.</summary>
    private bool TryQuotePlain(string text)
    {
        Reserve(2 * text.Length + 2);
        var at = _length;
        _bytes[at++] = (byte)'"';
        foreach (var c in text)
        {
            var letter = c switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
            if (letter != '\0')
                _bytes[at++] = (byte)'\\';
            else if (c is < ' ' or > '~')
                return false;
            _bytes[at++] = (byte)(letter != '\0' ? letter : c);
        }
        _bytes[at++] = (byte)'"';
        _length = at;
        return true;
    }

    private static byte[] Encoded(string text)
    {
        using var stream = new MemoryStream();
        using (var writer = CreateWriter(stream))
            writer.WriteStringValue(text);
        return stream.ToArray();
    }

    private static Utf8JsonWriter CreateWriter(Stream stream) => new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Add(byte one)
    {
        Reserve(1);
        _bytes[_length++] = one;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }
}
