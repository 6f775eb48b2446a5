namespace CsBuild.Oci.Layers;

/// <summary>
/// Which extended attributes belong to a file's content and go with it into layers and out of them. Those of the
/// machine's policies (<c>security.selinux</c>, <c>security.ima</c>), of its overlays and of its programs
/// (<c>trusted.*</c>) do not: they would mean something else elsewhere, or change how a layer is read.
/// </summary>
public static class LayerXattrs
{
    /// <summary>True for <c>user.*</c>, file capabilities and POSIX ACLs.</summary>
    public static bool IsKept(string name) =>
        name.StartsWith("user.", StringComparison.Ordinal) ? !name.StartsWith("user.overlay.", StringComparison.Ordinal)
        : name is "security.capability" or "system.posix_acl_access" or "system.posix_acl_default";

    internal static IReadOnlyList<KeyValuePair<string, byte[]>> Kept(IReadOnlyList<KeyValuePair<string, byte[]>> xattrs)
    {
        foreach (var (name, _) in xattrs)
            if (!IsKept(name))
                return [.. xattrs.Where(x => IsKept(x.Key))];
        return xattrs;
    }
}
