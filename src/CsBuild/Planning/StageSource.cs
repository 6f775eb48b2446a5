using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>Where a FROM, a <c>--from</c> or a mount takes its files. Names are resolved, nothing is fetched.</summary>
public abstract record StageSource
{
    private protected StageSource()
    {
    }

    /// <summary><c>FROM scratch</c>: nothing.</summary>
    public sealed record Scratch : StageSource;

    /// <summary>An earlier stage, by position.</summary>
    public sealed record Stage(int Index) : StageSource;

    /// <summary>An image, by name.</summary>
    public sealed record Image(ImageReference Reference, Platform Platform) : StageSource;

    /// <summary>An OCI layout on this machine.</summary>
    public sealed record Layout(NamedContext.Layout Location, Platform Platform) : StageSource;

    /// <summary>A directory on this machine that <c>--build-context</c> names.</summary>
    public sealed record Directory(string Name, string Path) : StageSource;

    /// <summary>A repository or URL that <c>--build-context</c> names.</summary>
    public sealed record Remote(string Name, string Address) : StageSource;

    /// <summary>The build context.</summary>
    public sealed record MainContext : StageSource;
}
