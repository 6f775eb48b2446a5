using CsBuild.Linux;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild.Conformance.Tests;

/// <summary>Builds a case with csbuild, in this process.</summary>
internal static class Candidate
{
    private static readonly string Init = Path.Combine(AppContext.BaseDirectory, "CsBuild.Linux.TestInit");

    public static async Task BuildAsync(BuildCase build, CaseFolder folder)
    {
        await using var builder = ImageBuilder.Create(new ImageBuilderOptions
        {
            Root = folder.Store,
            Sandbox = host => new LinuxSandbox(host, new LinuxSandboxOptions { InitCommand = [Init] }),
        });
        var contexts = build.Contexts.ToDictionary(c => c.Key, c => c.Value.StartsWith(CaseServer.Placeholder, StringComparison.Ordinal) ? (NamedContext)new NamedContext.Remote(folder.Served(c.Value)) : new NamedContext.Directory(folder[c.Value]));
        if (build.NeedsBase)
            contexts["base"] = new NamedContext.Directory(folder.Base);
        await builder.BuildAsync(new BuildRequest
        {
            Context = build.IsRemote ? new BuildContext.Remote(folder.Served(build.Context)) : new BuildContext.Directory(folder[build.Context]),
            Dockerfile = build.File is null ? null : build.IsRemote ? new DockerfileSource.InContext(build.File) : new DockerfileSource.File(folder[build.File]),
            BuildArgs = build.BuildArgs,
            Labels = build.Labels,
            NamedContexts = contexts,
            Secrets = build.Secrets.ToDictionary(s => s.Key, s => (SecretSource)new SecretSource.File(folder[s.Value])),
            Target = build.Target,
            Platforms = build.Platform is null ? [] : [Platform.Parse(build.Platform, Platform.Normalize("linux", "amd64", null))],
            Network = SandboxNetwork.Host,
            Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(folder.Output))],
        });
    }
}
