using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content;

/// <summary>A store whose blobs are files, so that a part of one can be read without the rest.</summary>
public interface IRandomAccessContent
{
    /// <summary>Opens a blob's file, or null where it is not here. Nothing verifies what is read. The caller disposes.</summary>
    SafeFileHandle? TryOpenHandle(Digest digest);
}
