using CsBuild.Linux.Files;

namespace CsBuild.Linux.Mounts;

/// <summary>A cache's directory that no step can use until this is disposed.</summary>
internal sealed class HeldCache(string path, FileLock taken) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose() => taken.Dispose();
}
