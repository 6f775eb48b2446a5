using CsBuild.Oci.Layers;
using static CsBuild.Oci.Tests.Layers.Fixture;

namespace CsBuild.Oci.Tests.Layers;

public class LayerIndexTests
{
    private static byte[] Saved(out LayerIndex index)
    {
        (_, index) = Write(
            Dir("a") with { Mtime = new(-5, 7), Uid = 3 },
            File("a/b", 3) with { Xattrs = [new("user.x", [0, 255])] },
            Hardlink("a/c", "a/b"),
            Symlink("a/d\uDCFF", "zoë"),
            new LayerEntry { Path = "e", Type = EntryType.CharacterDevice, DeviceMajor = 1, DeviceMinor = 9 });
        var stream = new MemoryStream();
        index.Save(stream);
        return stream.ToArray();
    }

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var bytes = Saved(out var index);
        var loaded = LayerIndex.Load(bytes);
        Assert.Equal(Show(index), Show(loaded));
        Assert.Equal((index.DiffId, index.TarSize), (loaded.DiffId, loaded.TarSize));
    }

    [Fact]
    public void Entries_of_a_long_list_are_found_from_any_place()
    {
        var entries = Enumerable.Range(0, 5000).Select(i => File($"directory/with/a/long/name/{i:d5}", 0)).ToArray();
        var (_, index) = Write(entries);
        var stream = new MemoryStream();
        index.Save(stream);
        var loaded = LayerIndex.Load(stream.ToArray());
        Assert.Equal(entries.Select(e => e.Path), loaded.Entries.Select(e => e.Path));
        foreach (var i in new[] { 0, 63, 64, 65, 1234, 4999 })
            Assert.Equal((entries[i].Path, entries[i].Path), (index.Entries[i].Path, loaded.Entries[i].Path));
        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Entries[5000]);
    }

    [Fact]
    public void Any_damaged_byte_and_any_cut_is_told()
    {
        var bytes = Saved(out _);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => LayerIndex.Load(damaged));
            Assert.Throws<InvalidDataException>(() => LayerIndex.Load(bytes.AsMemory(0, i)));
        }
    }

    [Fact]
    public void S50_damage_with_a_right_checksum_is_told_or_read_but_never_anything_else()
    {
        var bytes = Saved(out _);
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var damaged = bytes.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(8, damaged.Length - 32)] = (byte)random.Next(256);
            System.Security.Cryptography.SHA256.HashData(damaged.AsSpan(0, damaged.Length - 32), damaged.AsSpan(damaged.Length - 32));
            try
            {
                LayerIndex.Load(damaged);
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
