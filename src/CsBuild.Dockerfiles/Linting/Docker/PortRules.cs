using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>EXPOSE: what stands before the port, and how the protocol is written.</summary>
internal static class PortRules
{
    public static void Check(LintRun run, StageFacts facts, ExposeInstruction expose)
    {
        foreach (var word in expose.Ports)
            foreach (var port in run.Expander.ExpandToWords(word.Text, facts.Values.Lookup))
            {
                foreach (var named in PortSpec.Expand(port))
                    facts.Counted(named);
                CheckOne(run, expose, word, port);
            }
    }

    private static void CheckOne(LintRun run, ExposeInstruction expose, Word word, string port)
    {
        var colon = port.LastIndexOf(':');
        var container = port[(colon + 1)..];
        var slash = container.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "" : container[(slash + 1)..];
        var better = slash < 0 ? container : container[..slash] + "/" + protocol.ToLowerInvariant();
        var fix = port == word.Text ? new LintFix(word.Span, better) : null;
        if (protocol.Any(char.IsUpper))
            run.Sink.Report(BuildKitRules.ExposeProtoCasing, $"Defined protocol '{port}' in EXPOSE instruction should be lowercase", expose, fix);
        if (colon > 0)
            run.Sink.Report(BuildKitRules.ExposeInvalidFormat, $"EXPOSE instruction should not define an IP address or host-port mapping, found '{port}'", expose, fix);
    }
}
