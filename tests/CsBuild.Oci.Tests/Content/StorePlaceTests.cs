using CsBuild.Oci.Content;
using CsBuild.Oci.Content.Host;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Content;

/// <summary>Where a store may be.</summary>
public sealed class StorePlaceTests : IDisposable
{
    private const uint Ext4 = 0xEF53;
    private const uint Fuse = 0x65735546;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory, Trait("Rule", "R12")]
    [InlineData(0x6969, "NFS")]
    [InlineData(0x517B, "SMB/CIFS")]
    [InlineData(0xFE534D42, "SMB/CIFS")]
    [InlineData(0xFF534D42, "SMB/CIFS")]
    [InlineData(0x564C, "NCP")]
    [InlineData(0x5346414F, "AFS")]
    [InlineData(0x6B414653, "AFS")]
    [InlineData(0x73757245, "Coda")]
    public void A_store_on_a_network_file_system_is_refused_before_anything_is_made(uint magic, string name)
    {
        var root = _directory["deep/store"];

        var refused = Assert.Throws<IOException>(() => LayoutDirectory.Claim(root, path => path == _directory.Path ? magic : null));

        Assert.Equal($"`{root}` is on a network file system ({name}), where locks may not hold, so builds and prunes could damage each other's work; choose a directory on a local disk", refused.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact, Trait("Rule", "R12")]
    public void A_store_that_was_moved_to_a_network_file_system_is_refused_and_left_as_it_is()
    {
        LayoutDirectory.Claim(_directory["store"], _ => Ext4);
        var before = Directory.GetFileSystemEntries(_directory["store"], "*", SearchOption.AllDirectories);

        Assert.Throws<IOException>(() => LayoutDirectory.Claim(_directory["store"], _ => 0x6969));

        Assert.Equal(before, Directory.GetFileSystemEntries(_directory["store"], "*", SearchOption.AllDirectories));
    }

    [Theory, Trait("Rule", "R12")]
    [InlineData(Ext4)]
    [InlineData(Fuse)]
    [InlineData(0u)]
    [InlineData(null)]
    public void Any_other_file_system_with_locks_will_do(uint? magic)
    {
        LayoutDirectory.Claim(_directory["store"], _ => magic);

        Assert.True(File.Exists(_directory["store/oci-layout"]));
    }

    [SkippableTheory]
    [InlineData("/proc", 0x9fa0u)]
    [InlineData("/proc/self", 0x9fa0u)]
    [InlineData("/nowhere/at/all", null)]
    public void The_kernel_says_which_file_system_it_is(string path, uint? magic)
    {
        Needs.Linux();

        Assert.Equal(magic, FileSystemMagic.Of(path));
    }
}
