using System.Runtime.CompilerServices;
using System.Text;

namespace CsBuild.Testing;

/// <summary>
/// Compares a text with the file <c>Class.Method[.parameter].verified.txt</c> beside the test. Where they differ the
/// text is left as <c>.received.txt</c> and the test fails; renaming that file accepts it (as Verify does).
/// </summary>
public static class Golden
{
    public static void Verify(string actual, string? parameter = null, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var name = Path.GetFileNameWithoutExtension(file) + "." + method + (parameter is null ? "" : "." + parameter);
        var verified = Path.Combine(Path.GetDirectoryName(file)!, name + ".verified.txt");
        var received = Path.Combine(Path.GetDirectoryName(file)!, name + ".received.txt");
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n');
        if (File.Exists(verified) && File.ReadAllText(verified).ReplaceLineEndings("\n").TrimEnd('\n') == text)
        {
            File.Delete(received);
            return;
        }
        try
        {
            File.WriteAllText(received, text, new UTF8Encoding(false));
        }
        catch (UnauthorizedAccessException)
        {
            // a test that runs as another user: the text is in the message
        }
        Assert.Fail($"{name} differs from its verified text, see {received}\n{text}");
    }
}
