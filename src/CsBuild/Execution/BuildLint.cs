using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>
/// The warnings of a build: BuildKit's rules for the stages that are built. They are told after the steps, unless the
/// file says that they are errors: then no step runs.
/// </summary>
/// <param name="request">What is built.</param>
/// <param name="dockerfile">From what.</param>
/// <param name="graph">How.</param>
/// <param name="images">The base images, as far as somebody has asked for them.</param>
/// <param name="events">Where warnings go.</param>
/// <param name="step">The step that read the Dockerfile.</param>
internal sealed class BuildLint(BuildRequest request, DockerfileText dockerfile, BuildGraph graph, BaseImages images, EventLog events, Digest step)
{
    private readonly LintOptions _options = LintRequest.Options(request, withOwnRules: false) with { AllStages = false };
    private bool _isTold;

    /// <exception cref="BuildException">The file or the caller wants warnings to be errors, and there are some.</exception>
    public async Task RefuseAsync(CancellationToken cancellationToken)
    {
        if (!(_options.Check ?? dockerfile.File.Directives.Check ?? CheckOptions.None).Error)
            return;
        foreach (var node in graph.Stages.Values)
            if (node.Base is StageSource.Image or StageSource.Layout)
                await images.ResolveAsync(node.Base, node.Stage.From.Span, cancellationToken).ConfigureAwait(false);
        var report = Tell();
        if (report.Violation is not { } violation)
            return;
        throw new BuildException(BuildFailure.Dockerfile, violation, hint: "the warnings are errors here because `# check=error=true` or BUILDKIT_DOCKERFILE_CHECK says so")
        {
            Diagnostics = [.. report.Findings.Select(f => f.ToDiagnostic())],
        };
    }

    /// <summary>Reports each warning once.</summary>
    public LintReport Tell()
    {
        var report = Linter.Check(dockerfile.File, dockerfile.Text, _options with { BaseImage = Known });
        if (_isTold)
            return report;
        _isTold = true;
        foreach (var finding in report.Findings)
            events.Report(new WarningRaised(finding.ToDiagnostic(), step) { Source = (dockerfile.Name, dockerfile.Text) });
        return report;
    }

    private BaseImageFacts? Known(BaseImageName name) =>
        graph.Stages.TryGetValue(name.Stage.Index, out var node) && node.Base is StageSource.Image or StageSource.Layout && images.Known(node.Base) is { } image
            ? LintRequest.FactsOf(image)
            : null;
}
