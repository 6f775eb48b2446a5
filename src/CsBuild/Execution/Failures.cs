using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Fetching;
using CsBuild.Oci.Content;
using CsBuild.Oci.Registry;

namespace CsBuild.Execution;

/// <summary>Says whose fault an exception of a lower room is.</summary>
internal static class Failures
{
    private const string MakeRoom = "free some space, or csbuild prune --all";

    /// <summary>The exception as a <see cref="BuildException"/>, or null where it is a defect of this program or a cancellation.</summary>
    public static BuildException? Translate(Exception exception) => exception switch
    {
        BuildException known => known,
        RegistryException e => new BuildException(BuildFailure.Source, e.Message, hint: e.Hint, inner: e),
        FetchException e => new BuildException(BuildFailure.Source, e.Message, hint: e.Hint, inner: e),
        ContextException e => new BuildException(BuildFailure.Request, e.Message, hint: e.Hint, inner: e),
        CopyException e => new BuildException(BuildFailure.Step, e.Message, hint: e.Hint, inner: e),
        Exception e when DiskFullException.Is(e) => new BuildException(BuildFailure.Store, e.Message, hint: MakeRoom, inner: e),
        InvalidDataException e => new BuildException(BuildFailure.Store, e.Message, inner: e),
        UnauthorizedAccessException e => new BuildException(BuildFailure.Request, e.Message, inner: e),
        IOException e => new BuildException(BuildFailure.Store, e.Message, inner: e),
        _ => null,
    };
}
