using CsBuild.Oci.Layers;
using FsCheck;
using FsCheck.Fluent;
using static CsBuild.Oci.Tests.Layers.Fixture;

namespace CsBuild.Oci.Tests.Layers;

public class LayerProperties
{
    private static readonly Gen<string> Name = Gen.Elements("a", "b", "c", "zoë", "y\uDCFF", "a-b", new string('n', 130));

    private static readonly Gen<string> Path = Name.NonEmptyListOf().Select(names => string.Join('/', names.Take(4)));

    private static readonly Gen<EntryType> Type = Gen.Frequency(
        (5, Gen.Constant(EntryType.File)),
        (5, Gen.Constant(EntryType.Directory)),
        (2, Gen.Constant(EntryType.Symlink)),
        (1, Gen.Elements(EntryType.Whiteout, EntryType.Opaque, EntryType.Fifo)));

    private static readonly Gen<long> Second = Gen.OneOf(Gen.Choose(-5, 5).Select(s => (long)s), Gen.Elements(0L, 1L << 31, (1L << 33) - 1, 1L << 33, 1L << 62, -(1L << 40)));

    private static readonly Gen<LayerEntry> Entry =
        from path in Path
        from type in Type
        from mode in Gen.Choose(0, 0xFFF)
        from uid in Gen.Elements(0u, 1000u, 2097151u, 2097152u, uint.MaxValue)
        from second in Second
        from nanosecond in Gen.Elements(0, 1, 500_000_000, 999_999_999)
        from size in Gen.Elements(0, 1, 511, 512, 513)
        from link in Path
        from xattr in Gen.Elements<byte[]?>(null, [], [0, 10, 61, 255])
        select type is EntryType.Whiteout or EntryType.Opaque ? new LayerEntry { Path = path, Type = type } : new LayerEntry
        {
            Path = path,
            Type = type,
            Mode = type == EntryType.Symlink ? 0x1FF : mode,
            Uid = uid,
            Mtime = new UnixTime(second, nanosecond),
            Size = type == EntryType.File ? size : 0,
            LinkTarget = type == EntryType.Symlink ? link : null,
            Xattrs = xattr is null ? [] : [new("user.x", xattr)],
        };

    [Fact]
    public void Whatever_is_written_is_read_saved_and_loaded_the_same() =>
        Prop.ForAll(Entry.ListOf().ToArbitrary(), entries =>
        {
            var (tar, index) = Write([.. Possible(entries)]);
            var read = LayerReader.BuildIndex(new MemoryStream(tar));
            var saved = new MemoryStream();
            read.Save(saved);
            var loaded = LayerIndex.Load(saved.ToArray());
            return Show(index).SequenceEqual(Show(loaded)) && (index.DiffId, index.TarSize) == (loaded.DiffId, loaded.TarSize);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_is_total_and_puts_parents_first() =>
        Prop.ForAll(Entry.Three().ToArbitrary(), t =>
        {
            var order = LayerOrder.Instance;
            var (x, y, z) = (t.Item1, t.Item2, t.Item3);
            return Math.Sign(order.Compare(x, y)) == -Math.Sign(order.Compare(y, x))
                && (order.Compare(x, y) > 0 || order.Compare(y, z) > 0 || order.Compare(x, z) <= 0)
                && (!y.Path.StartsWith(x.Path + "/", StringComparison.Ordinal) || order.Compare(x, y) < 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_merged_tree_is_what_unpacking_gives()
    {
        var name = Gen.Elements("a", "b", "c");
        var path = name.NonEmptyListOf().Select(names => string.Join('/', names.Take(3)));
        var entry =
            from p in path
            from type in Gen.Frequency((6, Gen.Constant(EntryType.File)), (6, Gen.Constant(EntryType.Directory)), (3, Gen.Constant(EntryType.Symlink)), (2, Gen.Constant(EntryType.Whiteout)), (1, Gen.Constant(EntryType.Opaque)))
            from size in Gen.Choose(0, 1000)
            from target in Gen.Elements("a", "/b", "../c", "b/a", "../../..", "/", "none/x")
            select new LayerEntry { Path = p, Type = type, Size = type == EntryType.File ? size : 0, LinkTarget = type == EntryType.Symlink ? target : null };
        Prop.ForAll(entry.ListOf().ListOf().ToArbitrary(), layers =>
        {
            var expected = Outcome(() => NaiveUnpacking.Of(layers));
            var actual = Outcome(() => Show(Tree([.. layers.Select(l => l.ToArray())])));
            return expected.SequenceEqual(actual);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static string[] Outcome(Func<IEnumerable<string>> make)
    {
        try
        {
            return [.. make()];
        }
        catch (InvalidDataException)
        {
            return ["refused"];
        }
    }

    // Sorted, without repeated paths and without entries below something that is no directory.
    private static IEnumerable<LayerEntry> Possible(IEnumerable<LayerEntry> entries)
    {
        LayerEntry? last = null;
        var barrier = "";
        foreach (var entry in entries.Order(LayerOrder.Instance))
        {
            if ((last is not null && LayerOrder.Instance.Compare(last, entry) == 0) || (barrier.Length > 0 && (entry.Path + "/").StartsWith(barrier, StringComparison.Ordinal)))
                continue;
            if (entry.Type is not (EntryType.Directory or EntryType.Whiteout or EntryType.Opaque))
                barrier = entry.Path + "/";
            last = entry;
            yield return entry;
        }
    }
}
