using CsBuild.Linux.Mounts;
using CsBuild.Linux.Users;

namespace CsBuild.Linux.Tests;

public sealed class MountOwnerTests
{
    [Theory, Trait("Rule", "S34")]
    [InlineData(1, 0, 0, null)]
    [InlineData(1, 1000, 0, "leave uid= and gid= out")]
    [InlineData(1, 0, 5, "leave uid= and gid= out")]
    [InlineData(65536, 1000, 1000, null)]
    [InlineData(65536, 70000, 0, "lend to this user")]
    public void An_owner_that_files_cannot_have_here_is_refused_in_words(uint ids, uint uid, uint gid, string? hint)
    {
        var refusal = MountOwner.Refusal(Rights(ids), uid, gid, "the file at /run/secrets/a");
        Assert.Equal(hint is null, refusal is null);
        if (hint is null)
            return;
        Assert.Contains($"the file at /run/secrets/a is to belong to {uid}:{gid}", refusal!.Message, StringComparison.Ordinal);
        Assert.Contains(hint, refusal.Hint, StringComparison.Ordinal);
    }

    private static ProcessRights Rights(uint ids) => new()
    {
        Uid = 0,
        Gid = 0,
        Capabilities = ulong.MaxValue,
        Uids = [new IdRange(0, 1000, ids)],
        Gids = [new IdRange(0, 1000, ids)],
        MaySetGroups = ids > 1,
        IsInitialNamespace = false,
        IsFiltered = false,
    };
}
