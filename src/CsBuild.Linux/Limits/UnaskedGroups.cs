using CsBuild.Linux.Files;

namespace CsBuild.Linux.Limits;

/// <summary>
/// The control groups that a runtime makes where it is told none, wherever it may: below the builder's, of the
/// container's name. It leaves them to whoever started it. In a user namespace it is told none, because there a group
/// that is named and cannot be made is an error.
/// </summary>
internal sealed class UnaskedGroups : IDisposable
{
    private readonly string[] _directories;

    /// <summary>Writes down where they would be, for the next build, before a runtime makes any.</summary>
    public UnaskedGroups(ControlGroups machine, RunFolder folder)
    {
        _directories = [.. machine.Hierarchies.Select(hierarchy => Path.Combine(hierarchy.Own, ContainerName(folder)))];
        StepGroup.WriteDown(folder, _directories);
    }

    /// <summary>The name of a step's container, which a runtime gives to the groups that it makes unasked.</summary>
    public static string ContainerName(RunFolder folder) => StepGroup.Prefix + Path.GetFileName(folder.Path);

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_directories, GroupDirectory.Remove);
}
