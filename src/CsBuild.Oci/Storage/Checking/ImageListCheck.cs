using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>Checks the list of images, and whether each of them has all its parts.</summary>
internal sealed class ImageListCheck(ImageStore store, StoreFindings findings)
{
    public void Run()
    {
        CheckList();
        try
        {
            foreach (var (name, image) in store.Tags.List())
                Check(name.Familiar, image);
        }
        catch (InvalidDataException)
        {
            // The list is damaged, which is said already.
        }
    }

    private void CheckList()
    {
        var path = Path.Combine(store.Root, "index.json");
        findings.Count(path);
        if (store.Tags.IsIntact)
            return;
        if (findings.Repairs)
            store.Tags.Restore();
        findings.AddPath(path, "is missing or damaged: the list of images is taken from a copy, where there is one", findings.Repairs);
    }

    private void Check(string name, Descriptor image)
    {
        var reach = new StoreReach(store.Root);
        HashSet<Digest> parts;
        try
        {
            parts = reach.Follow([image.Digest]);
        }
        catch (InvalidDataException e)
        {
            findings.Add(name, $"is not whole: {e.Message}", isRepaired: false);
            return;
        }
        foreach (var part in parts)
            if (!File.Exists(reach.PathOf(part)))
                findings.Add(name, $"is not whole: blob {part} is missing; build or pull it again", isRepaired: false);
    }
}
