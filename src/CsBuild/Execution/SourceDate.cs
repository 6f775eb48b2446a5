using System.Globalization;
using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>SOURCE_DATE_EPOCH: a number of seconds, or <c>context</c> for the newest file of a context that is a tar, a repository or a URL.</summary>
internal static class SourceDate
{
    /// <summary>What the build argument and the environment call it.</summary>
    public const string Name = "SOURCE_DATE_EPOCH";

    private const string OfContext = "context";

    /// <summary>The latest time that may stand in the image; null where nobody asks for one.</summary>
    /// <exception cref="BuildException">It is no number, or the context has no file.</exception>
    public static async Task<UnixTime?> FindAsync(BuildRequest request, BuildGraph graph, BuildContexts contexts, CancellationToken cancellationToken)
    {
        var ofOutputs = OfOutputs(request);
        var epoch = ofOutputs is null ? request.SourceDateEpoch : null;
        var text = ofOutputs ?? request.BuildArgs.GetValueOrDefault(Name) ?? graph.Arguments.Lookup(Name);
        // A directory says nothing about when its source was made: BuildKit leaves the clamp out then, too.
        var isDirectory = text == OfContext ? request.Context is BuildContext.Directory or BuildContext.Empty
            : text is not null && request.NamedContexts.GetValueOrDefault(text) is NamedContext.Directory;
        if (epoch is null && !string.IsNullOrEmpty(text) && !isDirectory)
            epoch = text == OfContext ? await NewestAsync(contexts, cancellationToken).ConfigureAwait(false) : Parse(text);
        if (epoch is not null && request.Outputs.Any(o => o.Format.RewriteTimestamp == false))
            throw new BuildException(BuildFailure.Request, $"rewrite-timestamp=false is not possible with {Name}: it lowers the times in all new layers");
        return epoch;
    }

    // The times are in the layers, and those are the same in all outputs.
    private static string? OfOutputs(BuildRequest request)
    {
        string[] said = [.. request.Outputs.Select(o => o.Format.SourceDateEpoch).OfType<string>().Distinct(StringComparer.Ordinal)];
        return said.Length < 2 ? said.FirstOrDefault()
            : throw new BuildException(BuildFailure.Request, $"source-date-epoch is {said[0]} for one output and {said[1]} for another: layers are the same in all of them");
    }

    private static UnixTime Parse(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? new UnixTime(seconds)
            : throw new BuildException(BuildFailure.Request, $"invalid {Name}: {text}", hint: "seconds since 1970, or `context`");

    // Directories in it do not count: tars leave them out, or give them the time of packing.
    private static async Task<UnixTime> NewestAsync(BuildContexts contexts, CancellationToken cancellationToken)
    {
        var source = await contexts.MainContext.OpenAsync(cancellationToken).ConfigureAwait(false);
        await TreeLoading.LoadAsync(source.Tree.Root, cancellationToken).ConfigureAwait(false);
        long? newest = null;
        var open = new Stack<FileNode>([source.Tree.Root]);
        while (open.TryPop(out var directory))
        {
            foreach (var child in directory.Children)
            {
                if (child.IsDirectory)
                    open.Push(child);
                else
                    newest = Math.Max(newest ?? long.MinValue, child.Entry.Mtime.Seconds);
            }
        }
        return newest is { } seconds
            ? new UnixTime(seconds)
            : throw new BuildException(BuildFailure.Request, $"invalid {Name}: the context has no file to take the time of");
    }
}
