using CsBuild.Copying;

namespace CsBuild.Tests.Copying;

public sealed class FileModeChangeTests
{
    [Theory]
    [InlineData("755", "644", "755")]
    [InlineData("07777", "0", "7777")]
    [InlineData("0", "755", "0")]
    [InlineData("u=rwX,go=rX", "4755", "755")]
    [InlineData("u=rwX,go=rX", "600", "644")]
    [InlineData("+x", "644", "755")]
    [InlineData("a-w", "666", "444")]
    [InlineData("g=u", "740", "770")]
    [InlineData("g=u,o=", "645", "660")]
    [InlineData("u+s", "755", "4755")]
    [InlineData("ug+s,+t", "755", "7755")]
    [InlineData("o+r-x", "751", "754")]
    [InlineData("=", "755", "0")]
    [InlineData("a=rwx", "7777", "1777")]
    [InlineData("o=rwx", "7777", "7777")]
    [InlineData("o+t", "640", "640")]
    [InlineData("o+st", "640", "640")]
    [InlineData("g+ts", "640", "3640")]
    [InlineData("g-t", "7777", "6777")]
    [InlineData("o-t", "7777", "7777")]
    [InlineData("o=t", "7777", "7770")]
    [InlineData("go=u", "7777", "7777")]
    [InlineData("u+s,u=g", "7777", "7777")]
    [InlineData("a-x,+X", "7777", "7777")]
    [InlineData("u+rwx-w,g-x+X", "640", "540")]
    public void A_mode_is_worked_out(string change, string before, string after) =>
        Assert.Equal(after, Convert.ToString(FileModeChange.Parse(change).Apply(Convert.ToInt32(before, 8), isDirectory: false), 8));

    [Fact]
    public void A_capital_x_is_for_directories_and_what_can_run_already()
    {
        var change = FileModeChange.Parse("a+X");
        Assert.Equal(Convert.ToInt32("755", 8), change.Apply(Convert.ToInt32("644", 8), isDirectory: true));
        Assert.Equal(Convert.ToInt32("644", 8), change.Apply(Convert.ToInt32("644", 8), isDirectory: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("9")]
    [InlineData("10000")]
    [InlineData("75x")]
    [InlineData("-1x")]
    [InlineData("u")]
    [InlineData("u=q")]
    [InlineData("u=rwx,")]
    [InlineData("x=u")]
    [InlineData("99999999999999999999")]
    public void What_is_no_mode_is_refused(string text) =>
        Assert.Throws<CopyException>(() => FileModeChange.Parse(text));
}
