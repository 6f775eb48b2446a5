using CsBuild.Execution;

namespace CsBuild.Output;

/// <summary>Writes root file systems, as directories or as one tar; one sub-directory for each of several platforms.</summary>
internal sealed class RootfsOutput(BuildSession session, EventLog events)
{
    public Task<bool> WriteAsync(ImageOutput output, IReadOnlyList<StageState> states, CancellationToken cancellationToken) => output switch
    {
        ImageOutput.LocalDirectory directory => Progressed.RunAsync(events, "exporting to client directory", null, _ => DirectoriesAsync(directory, states, cancellationToken)),
        ImageOutput.Tar tar => Progressed.RunAsync(events, "exporting to client tarball", null, _ => TarAsync(tar, states, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<bool> DirectoriesAsync(ImageOutput.LocalDirectory output, IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        foreach (var state in states)
        {
            var files = await session.Layers.OpenSourceAsync(state.Rootfs, cancellationToken).ConfigureAwait(false);
            var path = states.Count == 1 && !session.Request.IsIndex ? output.Path : Path.Combine(output.Path, state.Platform.ToString().Replace('/', '_'));
            await new RootfsDirectory(files, path, session.Epoch).WriteAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private async Task<bool> TarAsync(ImageOutput.Tar output, IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        if (states.Count > 1)
            throw new BuildException(BuildFailure.Request, "type=tar does not support several platforms yet", hint: "type=local writes a directory for each");
        var files = await session.Layers.OpenSourceAsync(states[0].Rootfs, cancellationToken).ConfigureAwait(false);
        var file = TargetFile.Open(output.Target);
        await using (file.ConfigureAwait(false))
        {
            await RootfsTar.WriteAsync(files, file.Stream, session.Epoch, cancellationToken).ConfigureAwait(false);
            await file.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }
}
