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
        for (var attempt = 0; Directory.Exists(Path); attempt++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (attempt < 4)
            {
                Thread.Sleep(50 << attempt);
            }
            catch (IOException) when (File.Exists("/bin/rm"))
            {
                // Names that the framework cannot say.
                using var remove = System.Diagnostics.Process.Start("/bin/rm", ["-rf", Path]);
                remove.WaitForExit();
            }
        }
    }
}
