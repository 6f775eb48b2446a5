using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --platform: <c>os/arch[/variant]</c> or <c>local</c>, several with commas.</summary>
internal static class PlatformArgument
{
    public static IEnumerable<Platform> Parse(string text, Platform host) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => One(one, host));

    public static Platform One(string text, Platform host)
    {
        try
        {
            return Platform.Parse(text, host);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
