using CsBuild.Oci.Content;

namespace CsBuild.Oci.Storage;

/// <summary>Whole directories of files that others made.</summary>
internal static class Trees
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private static readonly EnumerationOptions Readable = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
        RecurseSubdirectories = true,
    };

    /// <summary>Removes a directory and all in it, also where its modes forbid that to its owner. Links are removed, not followed.</summary>
    public static void Remove(string directory)
    {
        if (IsLink(new DirectoryInfo(directory)))
        {
            Directory.Delete(directory);
            return;
        }
        var open = new Stack<(DirectoryInfo Directory, bool Emptied)>();
        open.Push((new DirectoryInfo(directory), false));
        while (open.TryPop(out var next))
        {
            if (next.Emptied)
            {
                next.Directory.Delete();
                continue;
            }
            Enter(next.Directory.FullName);
            open.Push((next.Directory, true));
            foreach (var child in next.Directory.EnumerateFileSystemInfos("*", Everything))
            {
                if (child is DirectoryInfo inner && !IsLink(inner))
                    open.Push((inner, false));
                else
                    child.Delete();
            }
        }
    }

    /// <summary>The bytes of all files; what cannot be asked counts nothing.</summary>
    public static long SizeOf(string directory)
    {
        long size = 0;
        if (IsLink(new DirectoryInfo(directory)))
            return size;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", Readable))
        {
            try
            {
                size += file.Length;
            }
            catch (IOException)
            {
                // A name that .NET cannot say, or gone.
            }
        }
        return size;
    }

    private static void Enter(string directory)
    {
        try
        {
            PrivateDirectory.Claim(directory);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"`{directory}` cannot be removed: it belongs to another user", e);
        }
    }

    private static bool IsLink(DirectoryInfo directory) => directory.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
