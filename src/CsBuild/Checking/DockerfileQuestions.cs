using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Checking;

/// <summary>What a Dockerfile tells about a build of it. Nothing is fetched, no base image is looked at, nothing is written.</summary>
/// <param name="Name">The file's name, for messages.</param>
/// <param name="Text">Its text.</param>
/// <param name="File">What was understood of it.</param>
/// <param name="Request">The build that is asked about.</param>
public sealed record DockerfileQuestions(string Name, string Text, Dockerfile File, BuildRequest Request)
{
    /// <summary>Reads the Dockerfile that <paramref name="request"/> would build; it must be on this machine or given as text.</summary>
    /// <exception cref="BuildException">It cannot be read, or is wrong.</exception>
    public static DockerfileQuestions Read(BuildRequest request)
    {
        var (name, _, text) = DockerfileCheck.Read(request);
        if (DockerfileParser.TryParse(text, DockerfileText.Options(request), out var file, out var diagnostics))
            return new DockerfileQuestions(name, text, file, request);
        var first = diagnostics.First(d => d.Severity == Severity.Error);
        throw new BuildException(BuildFailure.Dockerfile, first.Message, first.Span, first.Hint) { Source = (name, text), Diagnostics = diagnostics };
    }

    /// <summary>All stages, in the order of the file.</summary>
    public IReadOnlyList<DockerfileTarget> Targets() =>
    [
        .. File.Stages.Select(stage => new DockerfileTarget(
            stage.Name, Described.By(stage.From.Comments, stage.Name), stage.Index == File.Stages.Count - 1, stage.From.Image.Text, stage.From.Platform?.Text, stage.From.Span)),
    ];

    /// <summary>What the target takes, for the first of the request's platforms.</summary>
    /// <exception cref="BuildException">The Dockerfile is wrong, or does not have the target.</exception>
    public DockerfileOutline Outline() => Placed(() => new OutlineReader(Graph(Platforms[0]), Request).Read());

    /// <summary>What a build would do, for each of the request's platforms.</summary>
    /// <exception cref="BuildException">The Dockerfile is wrong, or does not have the target.</exception>
    public IReadOnlyList<DockerfilePlan> Plans() =>
        Placed(() => Platforms.Select(p => new PlanReader(Graph(p), Request, isMultiPlatform: Platforms.Count > 1).Read()).ToArray());

    private IReadOnlyList<Platform> Platforms => Request.Platforms.Count > 0 ? Request.Platforms : [BuildRun.Host];

    private BuildGraph Graph(Platform platform) => GraphBuilder.Plan(File, Request, platform, BuildRun.Host);

    private T Placed<T>(Func<T> answer)
    {
        try
        {
            return answer();
        }
        catch (BuildException e) when (e.Span is not null && e.Source is null)
        {
            throw e.In(Name, Text);
        }
    }
}
