using System.Globalization;

namespace CsBuild.Fetching.Git;

/// <summary>
/// The whole environment and configuration of a call of git, made from nothing: no configuration of the machine, the user
/// or a template; no hooks, filters, file system monitors, credential helpers or prompts; transports from a list.
/// </summary>
internal static class GitEnvironment
{
    private const string Nothing = "/dev/null";

    private static readonly string[] Passed =
    [
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "SystemRoot",
    ];

    private static readonly (string Key, string Value)[] Always =
    [
        ("core.hooksPath", Nothing),
        ("core.fsmonitor", "false"),
        ("core.attributesFile", Nothing),
        ("core.excludesFile", Nothing),
        ("core.autocrlf", "false"),
        ("core.symlinks", "true"),
        ("core.fileMode", "true"),
        ("core.logAllRefUpdates", "false"),
        ("core.protectHFS", "true"),
        ("core.protectNTFS", "true"),
        ("core.untrackedCache", "false"),
        ("credential.helper", ""),
        ("protocol.version", "2"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("fetch.recurseSubmodules", "false"),
        ("submodule.recurse", "false"),
        ("transfer.bundleURI", "false"),
        ("advice.detachedHead", "false"),
        ("init.defaultBranch", "master"),
        ("pack.threads", "1"),
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", "60"),
    ];

    public static Dictionary<string, string?> For(GitAccess access, string home)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = OperatingSystem.IsWindows() ? Environment.SystemDirectory : "/usr/bin:/bin",
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = home,
            ["LC_ALL"] = "C",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_SYSTEM"] = Nothing,
            ["GIT_CONFIG_GLOBAL"] = Nothing,
            ["GIT_ATTR_NOSYSTEM"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_NO_REPLACE_OBJECTS"] = "1",
            ["GIT_ALLOW_PROTOCOL"] = access.Remote.Scheme is "http" or "git" ? "https:ssh:" + access.Remote.Scheme : "https:ssh",
        };
        foreach (var name in Passed)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                values[name] = value;
        if (access.Remote.Scheme == "ssh")
        {
            values["GIT_SSH_COMMAND"] = SshCommand(access);
            if (access.AgentSocket is { } socket)
                values["SSH_AUTH_SOCK"] = socket;
        }
        var index = 0;
        foreach (var (key, value) in Always.Concat(access.Configuration()))
        {
            values[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_KEY_{index}")] = key;
            values[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_VALUE_{index++}")] = value;
        }
        values["GIT_CONFIG_COUNT"] = index.ToString(CultureInfo.InvariantCulture);
        return values;
    }

    // No configuration and no keys but those of the agent; a host whose key nobody knows is refused.
    private static string SshCommand(GitAccess access)
    {
        var known = Quoted(access.KnownHostsFile ?? Nothing);
        return $"{Quoted(GitProgram.Ssh())} -F {Nothing} -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known}"
            + " -o IdentityFile=none -o ForwardAgent=no -o ClearAllForwardings=yes -o PermitLocalCommand=no -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4";
    }

    private static string Quoted(string path) => "'" + path.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
