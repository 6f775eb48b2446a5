using CsBuild.Dockerfiles.Syntax;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;
using CsBuild.Oci.Model;

namespace CsBuild.Execution.Steps;

/// <summary>Tells paths, URLs and repositories among source words apart, and checks the flags that are about one of them.</summary>
internal static class CopyWordSources
{
    public static IReadOnlyList<CopyPart> Sort(FileInstruction instruction, IReadOnlyList<string> words, InstructionScope scope)
    {
        var add = instruction as AddInstruction;
        var checksum = add?.Checksum is { } word ? scope.Expand(word) : "";
        var parts = new List<CopyPart>();
        var local = new List<string>();
        foreach (var text in words)
        {
            var source = RemoteSources.Parse(text, isContext: false, (message, inner) => Fault(instruction, message, inner: inner));
            if (source is null)
            {
                local.Add(text);
                continue;
            }
            EndLocal();
            parts.Add(Remote(instruction, source, checksum));
        }
        EndLocal();
        if (add?.Checksum is not null && words.Count != 1)
            throw Fault(instruction, "checksum can't be specified for multiple sources");
        if (add?.Checksum is not null && parts is [CopyPart.Local])
            throw Fault(instruction, "checksum requires HTTP(S) or Git sources");
        return parts;

        void EndLocal()
        {
            if (local.Count == 0)
                return;
            parts.Add(new CopyPart.Local([.. local]) { Unpacks = add is not null && add.Unpack != false });
            local.Clear();
        }
    }

    private static CopyPart Remote(FileInstruction instruction, RemoteSource source, string checksum)
    {
        if (instruction is not AddInstruction add)
            throw Fault(instruction, source is GitSource ? "source can't be a git ref for COPY" : "source can't be a URL for COPY", "ADD takes URLs and repositories");
        return source switch
        {
            HttpSource http => new CopyPart.Url(http with { Checksum = checksum.Length == 0 ? null : ParseChecksum(add, checksum) }) { Unpacks = add.Unpack == true },
            GitSource git => Repository(add, git, checksum),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static CopyPart.Repository Repository(AddInstruction add, GitSource git, string checksum)
    {
        if (add.KeepGitDir is { } flag && git.KeepGitDirectory is { } query && flag != query)
            throw Fault(add, "inconsistent keep-git-dir configuration");
        if (checksum.Length > 0 && git.Checksum.Length > 0 && checksum != git.Checksum)
            throw Fault(add, $"checksum mismatch \"{checksum}\" != \"{git.Checksum}\"");
        return new CopyPart.Repository(checksum.Length > 0 ? git with { Checksum = checksum } : git, git.KeepGitDirectory ?? add.KeepGitDir ?? false);
    }

    private static Digest ParseChecksum(AddInstruction add, string text) => Digest.TryParse(text, out var digest) && digest.Algorithm == "sha256"
        ? digest
        : throw Fault(add, $"invalid checksum {text}", "write --checksum=sha256: and 64 lower-case hexadecimal digits");

    private static BuildException Fault(FileInstruction instruction, string message, string? hint = null, Exception? inner = null) =>
        new(BuildFailure.Dockerfile, message, instruction.Span, hint, inner);
}
