using CsBuild.Caching;
using CsBuild.Oci.Model;

namespace CsBuild.Tests.Caching;

[Trait("Rule", "R9")]
public sealed class TurnsTests
{
    private static readonly Digest Key = Digest.Of("key"u8);

    private readonly TaskCompletionSource<string> _work = new();
    private int _ran;

    [Fact]
    public async Task Who_comes_meanwhile_waits_and_who_comes_later_works_itself()
    {
        var turns = new Turns<string>();
        var first = RunAsync(turns);
        var second = RunAsync(turns);
        _work.SetResult("done");

        Assert.Equal([("done", false), ("done", true)], await Task.WhenAll(first, second));
        Assert.Equal(("done", false), await RunAsync(turns));
        Assert.Equal(2, _ran);
    }

    [Fact]
    public async Task A_failure_is_that_of_all_who_wait_where_it_is_said_so()
    {
        var turns = new Turns<string>(e => e is InvalidOperationException);
        var first = RunAsync(turns);
        var second = RunAsync(turns);
        _work.SetException(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        Assert.Equal(1, _ran);
    }

    [Fact]
    public async Task Any_other_failure_is_the_own_affair_of_who_worked()
    {
        var turns = new Turns<string>(e => e is InvalidOperationException);
        var first = RunAsync(turns);
        var second = turns.RunAsync(Key, () => Task.FromResult("other"), default);
        _work.SetException(new IOException());

        await Assert.ThrowsAsync<IOException>(() => first);
        Assert.Equal(("other", false), await second);
    }

    private Task<(string Result, bool Waited)> RunAsync(Turns<string> turns) => turns.RunAsync(Key, () =>
    {
        _ran++;
        return _work.Task;
    }, default);
}
