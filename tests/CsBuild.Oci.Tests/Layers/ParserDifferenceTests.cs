using System.Diagnostics;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Oci.Tests.Layers;

/// <summary>Never a fourth reading: what we take, GNU tar and Python list in the same way.</summary>
public sealed class ParserDifferenceTests
{
    private const string Lister = """
        import sys, tarfile
        for path in sys.argv[1:]:
            with tarfile.open(path, errors="surrogateescape") as tar:
                for m in tar:
                    sys.stdout.buffer.write(m.name.encode("utf-8", "surrogateescape").strip(b"/") + b"\0%d\0" % (m.size if m.isfile() else 0))
            sys.stdout.buffer.write(b"\0\0end\0")
        """;

    [SkippableFact]
    public void S10_every_archive_is_read_as_others_read_it_or_refused()
    {
        var gnu = Needs.Program("/bin/tar", "/usr/bin/tar");
        var python = Needs.Program("/usr/bin/python3", "/usr/local/bin/python3");
        using var temporary = new TempDirectory();
        var taken = new List<(string Name, string Path, string Ours)>();
        foreach (var archive in HostileCorpus.All(new Canary(temporary["canary"])).Where(a => a.Fate != Fate.Refused))
            foreach (var tar in archive.Layers)
            {
                var path = temporary[$"{taken.Count}.tar"];
                File.WriteAllBytes(path, tar);
                taken.Add((archive.Name, path, Ours(tar)));
            }

        var others = Run(python, ["-c", Lister, .. taken.Select(t => t.Path)]).Split("\0\0end\0");
        for (var i = 0; i < taken.Count; i++)
            Assert.Equal($"{taken[i].Name}: {taken[i].Ours}", $"{taken[i].Name}: {Normal(others[i])}");
        foreach (var (name, path, ours) in taken)
            Assert.Equal((name, ours.Count(c => c == '\0') / 2), (name, Run(gnu, ["-tf", path, "--quoting-style=escape"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    // Marks have their names back; `.` names and slashes at the ends say nothing.
    private static string Ours(byte[] tar)
    {
        var text = new StringBuilder();
        foreach (var entry in LayerReader.BuildIndex(new MemoryStream(tar)).Entries)
        {
            var slash = entry.Path.LastIndexOf('/') + 1;
            var name = entry.Type switch
            {
                EntryType.Whiteout => entry.Path.Insert(slash, ".wh."),
                EntryType.Opaque => (entry.Path.Length == 0 ? "" : entry.Path + "/") + ".wh..wh..opq",
                _ => entry.Path,
            };
            text.Append(Encoding.Latin1.GetString(PathBytes.Encode(name))).Append('\0').Append(entry.Size).Append('\0');
        }
        return text.ToString();
    }

    private static string Normal(string list)
    {
        var parts = list.TrimEnd('\0').Split('\0');
        var text = new StringBuilder();
        for (var i = 0; i + 1 < parts.Length; i += 2)
            text.Append(string.Join('/', parts[i].Split('/').Where(p => p is not ("" or ".")))).Append('\0').Append(parts[i + 1]).Append('\0');
        return text.ToString();
    }

    private static string Run(string program, IEnumerable<string> arguments)
    {
        var ran = ProgramRun.Of(new ProcessStartInfo(program, arguments) { StandardOutputEncoding = Encoding.Latin1, Environment = { ["LC_ALL"] = "C" } });
        Assert.True(ran.Code == 0, ran.Error);
        return ran.Output;
    }
}
