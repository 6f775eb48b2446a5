using System.Diagnostics.CodeAnalysis;

namespace CsBuild.Oci.Layers;

/// <summary>
/// Reads the entries of a plain tar from a stream that only goes forward, as runtimes do, and refuses what programs
/// read in different ways. Entries may be in any order and repeated. Not for several threads.
/// </summary>
/// <remarks>
/// ustar, PAX, GNU long names, v7 and star; numbers in octal or base 256; sparse files, whose holes come as zeros. Names come out in the form of
/// <see cref="LayerEntry.Path"/>; whiteout names become <see cref="EntryType.Whiteout"/> and
/// <see cref="EntryType.Opaque"/>. What AUFS left in old images (names at the root that begin with <c>.wh..wh.</c>)
/// is skipped. Every failure is an <see cref="InvalidDataException"/>, apart from those of the stream itself.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "the content stream holds nothing that must be released")]
public sealed partial class LayerReader
{
    private readonly LayerLimits _limits;
    private readonly TarInput _input;
    private readonly ContentStream _content;
    private int _count;
    private long _expanded;
    private bool _ended;

    /// <summary>Reads from <paramref name="tar"/>, which is not disposed.</summary>
    public LayerReader(Stream tar, LayerLimits? limits = null)
        : this(new TarInput(tar, (limits ?? LayerLimits.Default).TarSize, null), limits)
    {
    }

    private LayerReader(TarInput input, LayerLimits? limits)
    {
        _input = input;
        _limits = limits ?? LayerLimits.Default;
        _content = new ContentStream(input);
    }

    /// <summary>The bytes of the entry that <see cref="Next"/> returned last; valid until it is called again.</summary>
    public Stream Content => _content;

    /// <summary>The next entry, or null at the end. <see cref="LayerEntry.Offset"/> is set, the hash is not.</summary>
    /// <exception cref="InvalidDataException">The tar is damaged, ambiguous, or larger than the limits.</exception>
    public LayerEntry? Next()
    {
        while (!_ended)
        {
            _content.Finish();
            if (Member() is not { } entry)
                continue;
            if (++_count > _limits.Entries)
                throw new InvalidDataException($"the layer has more than {_limits.Entries} entries");
            return entry;
        }
        return null;
    }

    // Null for a member that is no entry, and at the end.
    private LayerEntry? Member()
    {
        Span<byte> block = stackalloc byte[TarBlock.Size];
        var extensions = new Extensions(_limits);
        while (ReadHeader(block))
        {
            var header = new TarHeader(block);
            switch (header.TypeFlag)
            {
                case 'x':
                    extensions.Pax(ReadBody(header.Size, extensions));
                    break;
                case 'g':
                    PaxHeader.CheckGlobal(ReadBody(header.Size, extensions));
                    break;
                case 'L':
                    extensions.LongName(ReadBody(header.Size, extensions));
                    break;
                case 'K':
                    extensions.LongLink(ReadBody(header.Size, extensions));
                    break;
                default:
                    return Entry(header, extensions);
            }
        }
        _ended = true;
        return extensions.IsEmpty ? null : throw new InvalidDataException("the tar ends after an extension header");
    }

    // Two blocks of zeros end a tar, and so does the end of the stream. After one block of zeros some programs go on
    // and some do not.
    private bool ReadHeader(Span<byte> block)
    {
        if (!_input.TryReadBlock(block))
            return false;
        if (block.ContainsAnyExcept((byte)0))
            return true;
        if (_input.TryReadBlock(block) && block.ContainsAnyExcept((byte)0))
            throw new InvalidDataException("the tar goes on after a block of zeros");
        return false;
    }

    private byte[] ReadBody(long size, Extensions extensions)
    {
        extensions.Count(size);
        var body = new byte[size];
        _input.ReadExactly(body);
        _input.Skip(TarBlock.Padding(size));
        return body;
    }

    private LayerEntry? Entry(TarHeader header, Extensions extensions)
    {
        var name = PathBytes.Decode(extensions.NameOr(header));
        try
        {
            var type = TypeOf(header, name);
            var size = extensions.SizeOr(header);
            // The link's size is the file's in some archives; nobody writes bytes after one. For others programs differ.
            if (type == EntryType.Hardlink)
                size = 0;
            if (size != 0 && type != EntryType.File)
                throw new InvalidDataException("only files have a size");
            if (size > _limits.TarSize)
                throw new InvalidDataException($"it is larger than {_limits.TarSize} bytes");
            size = StartContent(header, extensions, size);
            return Named(header, extensions, name, type, size);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"layer entry {EntryPath.Quote(name)}: {e.Message}", e);
        }
    }

    // Says how long the file is; in the tar a sparse one is shorter.
    private long StartContent(TarHeader header, Extensions extensions, long stored)
    {
        var map = header.TypeFlag == 'S' && header.IsGnu ? SparseMap.OfGnu(header.Block, _input, _limits.HeaderSize)
            : header.TypeFlag == 'S' ? throw new InvalidDataException("unknown type flag `S`")
            : null;
        if (extensions.Header?.Sparse is { } sparse)
        {
            if (map is not null || header.TypeFlag is not ('0' or '\0' or '7'))
                throw new InvalidDataException("only a file can be sparse, and in one way");
            map = sparse.Map(_input, _limits.HeaderSize, out var consumed);
            stored -= consumed;
        }
        map?.CheckStored(stored);
        var size = map?.Size ?? stored;
        if (size > _limits.TarSize - _expanded)
            throw new InvalidDataException($"with it the files are larger than {_limits.TarSize} bytes");
        _expanded += size;
        _content.Start(stored, map);
        return size;
    }
}
