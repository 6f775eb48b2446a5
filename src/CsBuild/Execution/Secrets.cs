using System.IO.Abstractions;

namespace CsBuild.Execution;

/// <summary>Reads secrets when a step needs them. They are in memory only, and nothing of them is in a key or an event.</summary>
internal sealed class Secrets(IReadOnlyDictionary<string, SecretSource> sources, IFileSystem files)
{
    private const int MaxSize = 500 << 10;

    /// <summary>The bytes of a secret, or null where the caller gave none under this id.</summary>
    public ReadOnlyMemory<byte>? Read(string id)
    {
        if (!sources.TryGetValue(id, out var source))
            return null;
        ReadOnlyMemory<byte> bytes = source switch
        {
            SecretSource.Value value => value.Bytes,
            SecretSource.File file => ReadFile(id, file.Path),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return bytes.Length <= MaxSize ? bytes : throw TooLarge(id);
    }

    private byte[] ReadFile(string id, string path)
    {
        var info = files.FileInfo.FromFileName(path);
        if (!info.Exists)
            throw new BuildException(BuildFailure.Request, $"secret {id}: {path} does not exist");
        return info.Length <= MaxSize ? files.File.ReadAllBytes(path) : throw TooLarge(id);
    }

    private static BuildException TooLarge(string id) => new(BuildFailure.Request, $"secret {id} is larger than {MaxSize} bytes");
}
