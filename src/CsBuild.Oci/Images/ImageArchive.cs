using CsBuild.Oci.Content;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Storage;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Images;

/// <summary>Opens whatever holds images: an OCI layout or what <c>docker save</c> wrote, as a directory or a tar, plain or compressed.</summary>
public static class ImageArchive
{
    /// <summary>Opens an archive by path. A compressed one is unpacked to a temporary file, which goes when the result is disposed.</summary>
    /// <param name="path">A directory or a file.</param>
    /// <param name="store">Whose file system is used for temporary files.</param>
    /// <param name="cancellationToken">Ends listing and unpacking.</param>
    /// <exception cref="InvalidDataException">It holds no images.</exception>
    public static async Task<IImageArchive> OpenAsync(string path, ImageStore store, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
            return Recognise(new DirectoryFiles(Path.GetFullPath(path)));
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (IsPlainTar(file))
            return Recognise(TarFiles.Open($"`{path}`", file, null, cancellationToken));
        var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        await using var _ = stream.ConfigureAwait(false);
        return await OpenAsync(stream, $"`{path}`", store, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As the other, for a stream (standard input), which is read to its end and not disposed.</summary>
    public static async Task<IImageArchive> OpenAsync(Stream archive, string name, ImageStore store, CancellationToken cancellationToken)
    {
        var spool = TempFile.Create(Path.Combine(store.PrivateDirectory, "tmp"));
        try
        {
            using var plain = LayerCodec.Decompress(archive, leaveOpen: true);
            var buffer = new byte[256 << 10];
            while (await plain.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
                spool.Write(buffer.AsSpan(0, read));
            return Recognise(TarFiles.Open(name, spool.Handle, spool, cancellationToken));
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static IImageArchive Recognise(ArchiveFiles files)
    {
        try
        {
            if (files.Size("oci-layout") is not null)
                return new OciLayout(files);
            if (files.Size("manifest.json") is not null)
                return new DockerArchive(files);
            throw new InvalidDataException($"{files.Name} holds no images: it has neither `oci-layout` nor `manifest.json`");
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static bool IsPlainTar(SafeFileHandle file)
    {
        Span<byte> magic = stackalloc byte[5];
        return RandomAccess.Read(file, magic, 257) == magic.Length && magic.SequenceEqual("ustar"u8);
    }
}
