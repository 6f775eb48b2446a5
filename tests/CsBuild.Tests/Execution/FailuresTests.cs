using CsBuild.Execution;
using CsBuild.Oci.Content;

namespace CsBuild.Tests.Execution;

public sealed class FailuresTests
{
    [Theory, Trait("Rule", "R4")]
    [InlineData(28)]
    [InlineData(122)]
    public void A_full_disk_is_said_with_what_to_do_whoever_met_it(int errno)
    {
        var failure = Failures.Translate(new IOException("no room", errno));
        Assert.Equal(BuildFailure.Store, failure?.Failure);
        Assert.Contains("prune", failure?.Hint, StringComparison.Ordinal);
        Assert.Null(Failures.Translate(new IOException("broken", 5))?.Hint);
    }

    [Fact, Trait("Rule", "R4")]
    public void A_full_disk_of_the_store_is_said_in_its_own_words()
    {
        var full = new DiskFullException("/store", new IOException("no room", 28));
        var failure = Failures.Translate(full);
        Assert.Equal((BuildFailure.Store, full.Message), (failure?.Failure, failure?.Message));
        Assert.Contains("prune", failure?.Hint, StringComparison.Ordinal);
    }
}
