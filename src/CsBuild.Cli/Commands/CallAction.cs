using CsBuild.Checking;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Cli.Results.Checks;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild build --check</c> and <c>--call=METHOD[,format=json]</c>: questions about a build in the place of one.</summary>
internal sealed class CallAction(Surroundings around)
{
    public async Task<int> RunAsync(BuildFlags flags, CallArgument call, CancellationToken cancellationToken)
    {
        using var plan = BuildPlan.Read(flags, around);
        switch (call.Method)
        {
            case CallMethod.Check:
                return await CheckAsync(flags, CheckConfigFile.Apply(plan.Request), call, cancellationToken);
            case CallMethod.Outline:
                return AnswerPrinter.Print(around, DockerfileQuestions.Read(await FetchedAsync()), OutlineAnswer.Write, OutlineAnswer.WriteJson, call.Format);
            case CallMethod.Targets:
                return AnswerPrinter.Print(around, DockerfileQuestions.Read(await FetchedAsync()), TargetsAnswer.Write, TargetsAnswer.WriteJson, call.Format);
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        Task<BuildRequest> FetchedAsync() => FetchedDockerfile.ReadAsync(plan.Request, around.StoreRoot(flags.Root), flags.Config, around, cancellationToken);
    }

    private async Task<int> CheckAsync(BuildFlags flags, BuildRequest request, CallArgument call, CancellationToken cancellationToken)
    {
        var notes = new Notes("plain", around.Error);
        var options = new ImageBuilderOptions
        {
            Root = around.StoreRoot(flags.Root),
            Registries = ConfigFile.Load(flags.Config, around).ToRegistryOptions(around, notes.Add),
            Fetching = FetchedDockerfile.Options(around, notes),
        };
        await using var builder = ImageBuilder.Create(options);
        var found = await builder.CheckAsync(request, new CheckSettings(), cancellationToken);
        // programs are told the name that it has in the build, as by BuildKit
        var name = call.Format == "text" ? SeenName.Of(request, found, around) : found.Name;
        var outcome = new CheckOutcome([new NamedCheck(name, found)]);
        CheckPrinter.Print(around, outcome, call.Format);
        // What Docker does not look for does not fail what passes there.
        return outcome.HasErrors ? ExitCode.Dockerfile
            : outcome.Count(f => f.Rule.IsBuildKits) > 0 ? ExitCode.CheckFailed
            : ExitCode.Success;
    }
}
