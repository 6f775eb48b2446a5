namespace CsBuild.Cli.Outside;

/// <summary>A file that is there whole or not at all.</summary>
internal static class WholeFile
{
    /// <exception cref="BuildException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path) ?? path, ".csbuild-" + Path.GetRandomFileName());
        FileStream stream;
        try
        {
            stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 << 10);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new BuildException(BuildFailure.Output, $"`{path}` cannot be written: its directory is not there", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(BuildFailure.Output, $"`{path}` cannot be written: {e.Message}", inner: e);
        }
        try
        {
            await using (stream)
                await write(stream, cancellationToken);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || e is IOException and not FileNotFoundException)
        {
            throw new BuildException(BuildFailure.Output, $"`{path}` cannot be written: {e.Message}", inner: e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
