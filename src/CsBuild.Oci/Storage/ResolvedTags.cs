using System.Text;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// What a tag of a registry meant when it was last asked, for each platform. With pull policy <c>missing</c> the
/// answer is remembered, so that a build does not change because a tag moved, and needs no network.
/// </summary>
/// <remarks>May be lost at any time: then the registry is asked again. A damaged record counts as none.</remarks>
public sealed class ResolvedTags(string directory)
{
    private const int MostBytes = 64 << 10;

    private readonly string _directory = Path.Combine(directory, "refs");

    /// <summary>The manifest (of one image, for the platform) that the name meant, or null where it was never asked.</summary>
    public Descriptor? Get(ImageReference name, Platform platform) => TryRead(PathOf(name, platform));

    private static Descriptor? TryRead(string path)
    {
        // What was never asked is the common case of a first build, and an exception costs more than the question.
        if (!File.Exists(path))
            return null;
        try
        {
            return OciJson.Read<Descriptor>(SmallFile.Read(path, MostBytes));
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Remembers.</summary>
    public void Set(ImageReference name, Platform platform, Descriptor manifest)
    {
        using var file = TempFile.Create(Path.Combine(directory, "tmp"));
        file.Write(OciJson.Write(manifest));
        file.Publish(PathOf(name, platform));
    }

    /// <summary>The manifests of all that is remembered.</summary>
    internal IEnumerable<Digest> All()
    {
        foreach (var path in Directory.Exists(_directory) ? Directory.GetFiles(_directory) : [])
            if (TryRead(path) is { } manifest)
                yield return manifest.Digest;
    }

    private string PathOf(ImageReference name, Platform platform) =>
        Path.Combine(_directory, Digest.Of(Encoding.UTF8.GetBytes($"{name}\n{platform}")).Hex + ".json");
}
