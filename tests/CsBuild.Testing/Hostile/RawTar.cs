using System.Text;

namespace CsBuild.Testing.Hostile;

/// <summary>Writes tars byte by byte, right or wrong. Shares no code with what it tests.</summary>
public sealed class RawTar
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => _bytes.ToArray();

    public RawTar End()
    {
        _bytes.AddRange(new byte[1024]);
        return this;
    }

    public RawTar Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public RawTar Add(string name, char type = '0', string link = "", byte[]? content = null, string? size = null, string magic = "ustar\0" + "00", string prefix = "",
        Action<byte[]>? edit = null, bool badChecksum = false)
    {
        content ??= [];
        var block = new byte[512];
        Put(block, 0, name);
        Put(block, 100, "0000644\0");
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, size ?? Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0");
        Put(block, 136, "00000000000\0");
        block[156] = (byte)type;
        Put(block, 157, link);
        Put(block, 257, magic);
        Put(block, 345, prefix);
        edit?.Invoke(block);
        for (var i = 148; i < 156; i++)
            block[i] = (byte)' ';
        var sum = block.Sum(b => b) + (badChecksum ? 1 : 0);
        Put(block, 148, Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ");
        _bytes.AddRange(block);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(512 - content.Length % 512) % 512]);
        return this;
    }

    public RawTar Pax(params (string Key, string Value)[] records) => Pax('x', records);

    public RawTar Pax(char type, params (string Key, string Value)[] records) =>
        Add("PaxHeaders/x", type, content: [.. records.SelectMany(r => Record(r.Key, Encoding.Latin1.GetBytes(r.Value)))]);

    public RawTar Gnu(char type, string text) => Add("././@LongLink", type, content: Encoding.Latin1.GetBytes(text + "\0"), magic: "ustar  \0");

    public static byte[] Record(string key, byte[] value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + 1;
        while (length.ToString().Length + rest != length)
            length = length.ToString().Length + rest;
        return [.. Encoding.Latin1.GetBytes($"{length} {key}="), .. value, (byte)'\n'];
    }

    private static void Put(byte[] block, int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, at);
}
