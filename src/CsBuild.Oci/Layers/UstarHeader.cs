namespace CsBuild.Oci.Layers;

/// <summary>Writes one header. What does not fit is left out (or cut, for names): a PAX header before it then has it.</summary>
internal readonly ref struct UstarHeader
{
    public required ReadOnlySpan<byte> Name { get; init; }

    public ReadOnlySpan<byte> LinkName { get; init; }

    public required char TypeFlag { get; init; }

    public required int Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public long Size { get; init; }

    public long Mtime { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Fills a whole block.</summary>
    public void Write(Span<byte> block)
    {
        block.Clear();
        WriteName(block);
        Octal(block[TarBlock.Mode], Mode);
        Octal(block[TarBlock.Uid], Uid <= TarBlock.MaxShortNumber ? Uid : 0);
        Octal(block[TarBlock.Gid], Gid <= TarBlock.MaxShortNumber ? Gid : 0);
        Octal(block[TarBlock.Length], Size <= TarBlock.MaxLongNumber ? Size : 0);
        Octal(block[TarBlock.Mtime], Mtime is >= 0 and <= TarBlock.MaxLongNumber ? Mtime : 0);
        block[TarBlock.TypeFlag] = (byte)TypeFlag;
        Cut(LinkName, block[TarBlock.LinkName]);
        "ustar\u000000"u8.CopyTo(block[TarBlock.Magic]);
        Octal(block[TarBlock.DeviceMajor], DeviceMajor);
        Octal(block[TarBlock.DeviceMinor], DeviceMinor);
        Octal(block[TarBlock.Checksum][..7], TarBlock.Sum(block));
        block[TarBlock.Checksum][7] = (byte)' ';
    }

    /// <summary>True where a name fits; <paramref name="prefix"/> is the length of its first part, 0 for none.</summary>
    public static bool Fits(ReadOnlySpan<byte> name, out int prefix)
    {
        prefix = 0;
        if (!System.Text.Ascii.IsValid(name))
            return false;
        if (name.Length <= TarBlock.MaxName)
            return true;
        // The slash between the parts is in neither; one at the end is part of the name.
        prefix = name[..Math.Min(name.Length - 1, TarBlock.MaxPrefix + 1)].LastIndexOf((byte)'/');
        return prefix > 0 && name.Length - prefix - 1 is > 0 and <= TarBlock.MaxName;
    }

    private void WriteName(Span<byte> block)
    {
        if (!Fits(Name, out var prefix))
            Cut(Name, block[TarBlock.Name]);
        else if (prefix == 0)
            Name.CopyTo(block);
        else
        {
            Name[..prefix].CopyTo(block[TarBlock.Prefix]);
            Name[(prefix + 1)..].CopyTo(block);
        }
    }

    private static void Cut(ReadOnlySpan<byte> text, Span<byte> field)
    {
        text = text[..Math.Min(text.Length, field.Length)];
        for (var i = 0; i < text.Length; i++)
            field[i] = text[i] < 128 ? text[i] : (byte)'_';
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }
}
