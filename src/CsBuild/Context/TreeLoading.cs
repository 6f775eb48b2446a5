using System.Runtime.ExceptionServices;
using CsBuild.Oci.Layers;

namespace CsBuild.Context;

internal static class TreeLoading
{
    /// <summary>Makes all directories below read their names, the levels one after another, each on several threads.</summary>
    public static async Task LoadAsync(FileNode directory, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
        var level = new List<FileNode> { directory };
        while (level.Count > 0)
        {
            var found = new List<FileNode>[level.Count];
            if (level.Count == 1)
                found[0] = Directories(level[0]);
            else
                await Task.Run(() => OneFailure(() => Parallel.For(0, level.Count, options, i => found[i] = Directories(level[i]))), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            level = [.. found.SelectMany(f => f)];
        }
    }

    /// <summary>Of several failures at the same time the first is told: one file that cannot be read is enough to know.</summary>
    public static void OneFailure(Action parallel)
    {
        try
        {
            parallel();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    private static List<FileNode> Directories(FileNode directory)
    {
        var found = new List<FileNode>();
        foreach (var child in directory.Children)
            if (child.IsDirectory)
                found.Add(child);
        return found;
    }
}
