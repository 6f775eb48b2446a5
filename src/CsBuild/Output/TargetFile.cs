namespace CsBuild.Output;

/// <summary>An output file that appears whole or not at all, or a stream that is only passed on.</summary>
internal sealed class TargetFile : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _temporary;

    private TargetFile(Stream stream, string? path, string? temporary)
    {
        Stream = stream;
        _path = path;
        _temporary = temporary;
    }

    public Stream Stream { get; }

    public static TargetFile Open(OutputTarget target)
    {
        if (target is OutputTarget.Stream given)
            return new TargetFile(given.Value, null, null);
        var path = Path.GetFullPath(((OutputTarget.Path)target).Value);
        if (Directory.Exists(path))
            throw new BuildException(BuildFailure.Request, $"destination file {path} is a directory");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        return new TargetFile(new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16), path, temporary);
    }

    /// <summary>Gives the file its name.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_temporary is null)
            return;
        await Stream.DisposeAsync().ConfigureAwait(false);
        File.Move(_temporary, _path!, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_temporary is null)
            return;
        await Stream.DisposeAsync().ConfigureAwait(false);
        File.Delete(_temporary);
    }
}
