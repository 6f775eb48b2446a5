namespace CsBuild.Testing;

/// <summary>A directory for one test, removed with all that is in it.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("csbuild-test-").FullName;

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, making the directories that it needs; returns its full path.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    // A store that was not synced may still be writing.
    public void Dispose()
    {
<<<<<<< HEAD
        for (var attempt = 0; Directory.Exists(Path); attempt++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (attempt < 20)
            {
                Thread.Sleep(50);
            }
=======
        try
        {
            if (Directory.Exists(Path))
                Directory.Delete(Path, recursive: true);
        }
        catch (IOException) when (File.Exists("/bin/rm"))
        {
            // Names that the framework cannot say.
            using var remove = System.Diagnostics.Process.Start("/bin/rm", ["-rf", Path]);
            remove.WaitForExit();
>>>>>>> 41b8274 (Hostile archives go through every door: sparse files, opaque roots and links to lower layers are read; late metadata stays on its inode)
        }
    }
}
