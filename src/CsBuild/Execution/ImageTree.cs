using CsBuild.Oci.Layers;

namespace CsBuild.Execution;

/// <summary>Looks up what an instruction names in the files of an image.</summary>
internal static class ImageTree
{
    /// <summary>What is at a path, or null.</summary>
    /// <exception cref="BuildException">Links lead in a circle: a mistake of the image, not a damage of the store.</exception>
    public static FileNode? Find(FileTree tree, string path)
    {
        try
        {
            return tree.Find(path);
        }
        catch (InvalidDataException e)
        {
            throw new BuildException(BuildFailure.Step, $"`/{path.TrimStart('/')}` in the image: too many links", hint: "links that lead in a circle lead nowhere", inner: e);
        }
    }
}
