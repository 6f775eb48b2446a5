using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Arguments;

/// <summary>Image names that people typed.</summary>
internal static class Names
{
    /// <summary><paramref name="what"/> is what the message calls the name: a tag, an image.</summary>
    public static ImageReference Parse(string text, string what)
    {
        try
        {
            return ImageReference.Parse(text);
        }
        catch (FormatException e)
        {
            // the message begins with the text, which ours has already
            var reason = e.Message.Split("`: ") is [_, var why] ? why : "invalid reference format";
            throw new UsageException($"invalid {what} \"{text}\": {reason}");
        }
    }

    /// <summary>A name to give to an image: no digest.</summary>
    public static ImageReference ParseTag(string text)
    {
        var name = Parse(text, "tag");
        return name.Digest is null ? name : throw new UsageException($"invalid tag \"{text}\": a tag cannot hold a digest");
    }
}
