using System.Text;

namespace CsBuild.Dockerfiles.Tests.Fuzzing;

/// <summary>Makes files out of files: what people mistype, and what nobody would.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxLength = 1 << 17;

    private static readonly string[] Fragments =
    [
        "FROM a\n", "\nRUN ", "\nCOPY ", "\nADD ", "\nENV ", "\nARG ", "\nLABEL ", "\nCMD ", "\nHEALTHCHECK ", "\nONBUILD ", "\nSHELL ", "\nVOLUME ", "\nEXPOSE ", "\n# ",
        "# escape=`\n", "# syntax=docker/dockerfile:1\n", "# check=skip=all\n", "--mount=", "--chown=", "--", "type=cache,target=/x", "[\"a\", \"b\"]", "[", "]", "\"", "'", "\\", "\\\n",
        "`\n", "\n", "\r\n", "\r", " ", "\t", "\v", "\u00a0", "\u2028", "=", "$", "${", "}", ":-", ":?", "#", "##", "%", "/", "//", "?", "*", "<<EOF", "<<-", "<<\"E\"", "\nEOF\n", "<",
        "\ufeff", "\0", "é", "😀", "\ud800", "`", "CMD x", " AS ", ",", "\\\n\n#x\n", "\\\\", "\\\\\n", "{\"syntax\":\"x\"}", "//syntax=x\n", "#!x\n", "1<<9", "ÿ",
    ];

    public string Next()
    {
        var bytes = Pick(Corpus.Files).Bytes;
        if (random.Next(4) == 0)
            bytes = [.. bytes[..random.Next(bytes.Length)], .. Pick(Corpus.Files).Bytes[random.Next(100)..]];
        var text = Encoding.UTF8.GetString(random.Next(3) == 0 ? Damage([.. bytes]) : bytes);
        for (var i = random.Next(2) == 0 ? 0 : random.Next(6); i >= 0; i--)
            text = Change(text);
        return text.Length > MaxLength ? text[..MaxLength] : text;
    }

    private byte[] Damage(byte[] bytes)
    {
        for (var i = random.Next(1, 8); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private string Change(string text)
    {
        if (text.Length == 0)
            return Pick(Fragments);
        var at = random.Next(text.Length);
        var length = Math.Min(random.Next(1, random.Next(2, 60)), text.Length - at);
        switch (random.Next(7))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
            case 2:
                return text.Insert(at, Pick(Fragments));
            case 3:
                return text.Insert(at, string.Concat(Enumerable.Repeat(text.Substring(at, length), random.Next(1, random.Next(2, 400)))));
            case 4:
                return text[..at] + Pick(Fragments) + text[(at + length)..];
            case 5:
                return text.Insert(random.Next(text.Length), text.Substring(at, length));
            default:
                var lines = text.Split('\n');
                var (one, other) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[one], lines[other]) = (lines[other], lines[one]);
                return string.Join('\n', lines);
        }
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
