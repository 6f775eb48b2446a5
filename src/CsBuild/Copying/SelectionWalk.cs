using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>Lists what is copied of an item, without what <c>--exclude</c> leaves out.</summary>
internal sealed class SelectionWalk(SourceSelection selection)
{
    public IEnumerable<SelectedNode> Walk(SelectedItem item)
    {
        // Patterns speak of paths inside the directory that is copied, and with --parents of the kept path.
        var prefix = item.Below ?? "";
        var state = selection.Exclude.Root;
        foreach (var parent in Prefixes(prefix))
            state = state.Enter(parent);
        if (!item.Node.IsDirectory)
            return state.IsIgnored ? [] : [new SelectedNode("", item.Node)];
        if (state.IsIgnored && !state.MayIncludeBelow)
            return [];
        var below = Below(item.Node, "", prefix, state);
        return state.IsIgnored && !below.Any() ? [] : below.Prepend(new SelectedNode("", item.Node));
    }

    private static IEnumerable<SelectedNode> Below(FileNode directory, string relative, string prefix, IgnoreState state)
    {
        foreach (var child in directory.Children)
        {
            var childRelative = Join(relative, child.Name);
            var childState = state.Enter(Join(prefix, childRelative));
            var node = new SelectedNode(childRelative, child);
            if (!child.IsDirectory)
            {
                if (!childState.IsIgnored)
                    yield return node;
                continue;
            }
            if (childState.IsIgnored && !childState.MayIncludeBelow)
                continue;
            var announced = !childState.IsIgnored;
            if (announced)
                yield return node;
            foreach (var below in Below(child, childRelative, prefix, childState))
            {
                if (!announced)
                    yield return node;
                announced = true;
                yield return below;
            }
        }
    }

    private static IEnumerable<string> Prefixes(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
        if (path.Length > 0)
            yield return path;
    }

    private static string Join(string directory, string name) =>
        directory.Length == 0 ? name : name.Length == 0 ? directory : directory + "/" + name;
}
