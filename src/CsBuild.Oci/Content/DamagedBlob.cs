using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>Which blob an <see cref="InvalidDataException"/> is about, for those who can do something about it.</summary>
public static class DamagedBlob
{
    private const string Key = "csbuild.blob";

    /// <summary>The blob that proved damaged, in this exception or one inside it; null where it is about something else.</summary>
    public static Digest? Of(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception.Data[Key] is Digest digest)
                return digest;
        return null;
    }

    internal static InvalidDataException Mark(InvalidDataException exception, Digest blob)
    {
        exception.Data[Key] = blob;
        return exception;
    }
}
