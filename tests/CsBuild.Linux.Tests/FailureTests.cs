using CsBuild.Linux.Deputies;
using CsBuild.Oci.Content;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

public sealed class FailureTests
{
    public static TheoryData<Exception, Type> Failures => new()
    {
        { new IOException("no"), typeof(IOException) },
        { new UnauthorizedAccessException("no"), typeof(IOException) },
        { new IOException("no", Interop.Errno.ENOSPC), typeof(IOException) },
        { new InvalidDataException("no"), typeof(InvalidDataException) },
        { new OperationCanceledException("no"), typeof(OperationCanceledException) },
        { new InsufficientMemoryException("no"), typeof(InsufficientMemoryException) },
        { new TaskSchedulerException("no"), typeof(InsufficientMemoryException) },
        { new ArgumentException("no"), typeof(InvalidOperationException) },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void What_a_deputy_fails_with_is_for_the_builder_what_it_was_there(Exception thrown, Type told)
    {
        var e = FailureMessage.Of(thrown).ToException();

        Assert.IsType(told, e);
        Assert.Contains("no", e.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Rule", "R4")]
    [InlineData(Interop.Errno.ENOSPC)]
    [InlineData(122)]
    public void A_disk_or_a_quota_that_is_full_there_is_full_here(int errno) =>
        Assert.True(DiskFullException.Is(FailureMessage.Of(new IOException("no", errno)).ToException()));

    [Fact]
    public void A_defect_of_a_deputy_says_which_and_where()
    {
        var e = FailureMessage.Of(Thrown()).ToException();

        Assert.Contains(nameof(KeyNotFoundException), e.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hint_of_a_deputy_reaches_the_user()
    {
        var e = FailureMessage.Of(new SandboxException("no", "do") { IsOfTheStep = true }).ToException();

        Assert.Equal(("no", "do", true), (e.Message, Assert.IsType<SandboxException>(e).Hint, ((SandboxException)e).IsOfTheStep));
    }

    private static KeyNotFoundException Thrown()
    {
        try
        {
            throw new KeyNotFoundException("7");
        }
        catch (KeyNotFoundException e)
        {
            return e;
        }
    }
}
