using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --ssh: <c>default</c>, <c>default=SOCKET</c>. Keys in files are for an agent to hold.</summary>
internal static class SshArgument
{
    private const string Default = "default";

    public static Dictionary<string, string> Parse(BuildFlags flags, Surroundings around)
    {
        var agents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in flags.SshAgents)
        {
            var (id, socket) = text.Split('=', 2) is [var name, var path] ? (name, path) : (text, around.NonEmpty("SSH_AUTH_SOCK"));
            if (string.IsNullOrEmpty(socket))
                throw new UsageException($"--ssh {text}: SSH_AUTH_SOCK is not set", "start an ssh agent, or write --ssh default=SOCKET");
            var full = around.Absolute(socket);
            // a socket has no length: what has one, or is a list, is meant as keys
            if (socket.Contains(',', StringComparison.Ordinal) || (File.Exists(full) && new FileInfo(full).Length > 0))
                throw new UsageException($"--ssh {text}: key files are not taken", "add the keys to an agent with ssh-add, and give its socket");
            agents[id.Length == 0 ? Default : id] = full;
        }
        // A repository that was typed is fetched as the one who typed it would; one that a Dockerfile names is not.
        if (!agents.ContainsKey(Default) && around.NonEmpty("SSH_AUTH_SOCK") is { } own && ContextArgument.NeedsAgent(flags.Context))
            agents[Default] = own;
        return agents;
    }
}
